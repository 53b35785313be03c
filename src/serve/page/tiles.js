// @ts-check
import { html } from 'htm/preact';
import { against, ahead, count, percent } from './format.js';
import { put, useShared } from './store.js';
/** @import { RunStatus } from '../status.ts' */

/** The figures at the top: what comes, how good the forecasts are, what needs attention. */
export function Tiles() {
  const status = useShared('status');
  const list = useShared('list');
  const h = useShared('h');
  const step = useShared('step');
  const standings = list?.standings;
  const odd = standings?.anomalous ?? 0;
  const silent = standings?.silent ?? 0;
  return html`
    <dl class="tiles">
      ${status !== null && html`<${Readings} status=${status} />`}
      ${status !== null && html`<${Forecasts} status=${status} h=${h} step=${step} />`}
      <${Tile}
        id="anomalies"
        name="Anomalies"
        figure=${list === null ? '–' : count(list.anomalies)}
        note=${list === null ? '' : `in ${count(list.withAnomalies)} of ${count(list.total)} series; ${odd === 0 ? 'none' : count(odd)} odd right now`}
        tone=${odd > 0 ? 'alert' : ''}
        onOpen=${odd > 0 ? () => put({ standing: 'anomalous' }) : null}
      />
      <${Tile}
        id="silent"
        name="Silent"
        figure=${list === null ? '–' : count(silent)}
        note=${silent === 0 ? 'every series is heard of' : 'series of which nothing comes though others go on'}
        tone=${silent > 0 ? 'warn' : ''}
        onOpen=${silent > 0 ? () => put({ standing: 'silent' }) : null}
      />
    </dl>
  `;
}

/** @param {{ status: RunStatus }} props */
function Readings({ status: { readings, earlierReadings, series, partitions } }) {
  const from = `${count(series)} series, ${partitions === 1 ? '1 partition' : `${count(partitions)} partitions`}`;
  const now = earlierReadings > 0 ? `${count(readings)} of them in this run, ` : '';
  return html`<${Tile}
    id="readings"
    name="Readings"
    figure=${count(earlierReadings + readings)}
    note=${`${now}from ${from}`}
  />`;
}

/** @param {{ status: RunStatus, h: string | null, step: number | null }} props */
function Forecasts({ status: { summary, nominalCoverage }, h, step }) {
  const score = summary.find((one) => one.h === h) ?? summary[(summary.length - 1) >> 1];
  const aim = nominalCoverage === null ? '' : `aim: ${percent(nominalCoverage)}`;
  if (score === undefined)
    return html`
      <${Tile} id="error" name="Forecasts" figure="–" note="known once the first forecasts have come due" />
      <${Tile}
        id="band"
        name="Inside the band"
        figure="–"
        note=${nominalCoverage === null ? 'bands are off' : aim}
      />
    `;
  const far = `${ahead(score.h, step)} ahead`;
  const isWorse = score.againstLast !== null && score.againstLast > 1.005;
  const { coverage, liveCoverage } = score;
  const isNarrow = coverage !== null && nominalCoverage !== null && coverage < nominalCoverage - 0.1;
  const lately = liveCoverage === null ? '' : `, lately ${percent(liveCoverage)}`;
  return html`
    <${Tile}
      id="error"
      name="Forecasts"
      figure=${against(score.againstLast)}
      note=${`than repeating the last value, ${far}`}
      tone=${isWorse ? 'warn' : ''}
    />
    <${Tile}
      id="band"
      name="Inside the band"
      figure=${coverage === null ? '–' : percent(coverage)}
      note=${`of readings${lately}; ${aim === '' ? '' : `${aim}, `}${far}`}
      tone=${isNarrow ? 'warn' : ''}
    />
  `;
}

/** @param {{ id: string, name: string, figure: string, note: string, tone?: string, onOpen?: (() => void) | null }} props */
function Tile({ id, name, figure, note, tone = '', onOpen = null }) {
  return html`
    <div class="tile">
      <dt>${name}</dt>
      <dd>
        <span id=${`tile-${id}`} class="figure" data-tone=${tone}>
          ${
            onOpen === null
              ? figure
              : html`<button type="button" class="plain" title="Show these series" onClick=${onOpen}>
                  ${figure}
                </button>`
          }
        </span>
        <span id=${`tile-${id}-note`} class="note">${note}</span>
      </dd>
    </div>
  `;
}
