// @ts-check
import { html } from 'htm/preact';
import { useEffect, useState } from 'preact/hooks';
import { Alerts } from './alerts.js';
import { fetchFacts, said } from './api.js';
import { DeadLetters } from './dead-letters.js';
import { bytes, count, duration, rate, utc } from './format.js';
import { Partitions } from './partitions.js';
import { RoutesPanel } from './routes-panel.js';
import { useShared } from './store.js';
/** @import { PipelineFacts } from '../pipeline-facts.ts' */
/** @import { RunStatus } from '../status.ts' */

/** How often it is read again, in milliseconds. */
const EVERY = 2000;

/** How the run does inside: how fast it is, what waits, what was set aside, what it is made of. */
export function PipelineView() {
  const status = useShared('status');
  const [facts, setFacts] = useState(/** @type {PipelineFacts | null} */ (null));
  const [note, setNote] = useState('Waiting for the run to tell');
  useEffect(() => {
    let isOver = false;
    let timer = 0;
    async function read() {
      try {
        const answer = document.hidden ? null : await fetchFacts();
        if (answer !== null && !isOver) setFacts(answer);
      } catch (error) {
        if (!isOver) setNote(said(error));
      }
      if (!isOver) timer = setTimeout(read, EVERY);
    }
    void read();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, []);
  if (status === null) return null;
  return html`
    <${Figures} status=${status} facts=${facts} />
    ${
      facts === null
        ? html`<p class="panel muted">${note}</p>`
        : html`<${Partitions} partitions=${facts.partitions} />`
    }
    <div class="halves">
      <${DeadLetters} reasons=${status.deadLetters} letters=${facts?.deadLetters ?? []} />
      ${status.alerts !== null && html`<${Alerts} alerts=${status.alerts} now=${status.eventTime} most=${30} />`}
      ${facts !== null && html`<${RoutesPanel} routes=${facts.routes} />`}
      <${Made} status=${status} facts=${facts} />
    </div>
    ${facts !== null && html`<${Settings} settings=${facts.settings} />`}
  `;
}

/** @param {{ status: RunStatus, facts: PipelineFacts | null }} props */
function Figures({ status, facts }) {
  const { readings, earlierReadings, readingsPerSecond, waiting, deadLetters, bytesPerSeries } = status;
  const partitions = facts?.partitions ?? [];
  const lags = partitions.flatMap(({ lag }) => (lag === null ? [] : [lag]));
  const ages = partitions.flatMap(({ commitAge }) => (commitAge === null ? [] : [commitAge]));
  const dead = Object.values(deadLetters).reduce((sum, n) => sum + n, 0);
  const all = readings + earlierReadings;
  const state = partitions.reduce((sum, { stateBytes }) => sum + stateBytes, 0);
  /** @type {[id: string, name: string, figure: string, note: string, tone: string][]} */
  const tiles = [
    ['speed', 'Speed', rate(readingsPerSecond), `${count(all)} readings so far`, ''],
    [
      'commit',
      'Last commit',
      ages.length === 0 ? '–' : `${duration(Math.min(...ages))} ago`,
      waiting < 1000 ? 'nothing waits for long' : `something has waited for ${duration(waiting)}`,
      waiting > 10_000 ? 'warn' : '',
    ],
    [
      'lag',
      'Lag',
      lags.length === 0 ? '–' : count(lags.reduce((sum, lag) => sum + lag, 0)),
      lags.length === 0 ? 'this source has no end to lag behind' : 'records that have not been taken in',
      '',
    ],
    [
      'memory',
      'Memory',
      facts === null ? '–' : bytes(facts.memory.resident),
      `of it state ${bytes(state)}, ${bytes(bytesPerSeries)} a series`,
      '',
    ],
    [
      'dead',
      'Set aside',
      count(dead),
      dead === 0 ? 'every record became a reading' : 'records and readings, with reasons',
      dead > 0 ? 'warn' : '',
    ],
  ];
  return html`
    <dl class="tiles">
      ${tiles.map(
        ([id, name, figure, text, tone]) =>
          html`<div class="tile" key=${id}>
            <dt>${name}</dt>
            <dd>
              <span id=${`pipeline-${id}`} class="figure" data-tone=${tone}>${figure}</span>
              <span class="note">${text}</span>
            </dd>
          </div>`,
      )}
    </dl>
  `;
}

/** @param {{ status: RunStatus, facts: PipelineFacts | null }} props */
function Made({ status: { pipeline, data, model, startedAt }, facts }) {
  /** @type {[string, unknown][]} */
  const rows = [
    ['Pipeline', `${pipeline}${facts === null ? '' : `: ${facts.about}`}`],
    ...(facts === null ? [] : [/** @type {[string, unknown]} */ (['Reads', facts.source])]),
    ['Data', html`<code>${data}</code>`],
    ['Model', `${model.name} (${model.cell.toUpperCase()}, ${count(model.hidden)} units)`],
  ];
  if (facts !== null) {
    rows.push(['Its fingerprint', html`<code>${facts.model.fingerprint}</code>`]);
    if (facts.stateFingerprint !== null)
      rows.push(['State’s fingerprint', html`<code>${facts.stateFingerprint}</code>`]);
    rows.push(['Arithmetic', `revision ${facts.arithmetic}`]);
  }
  rows.push(['Started', `${utc(startedAt)} UTC`]);
  return html`
    <section class="panel" aria-labelledby="run-title">
      <h2 id="run-title">This run</h2>
      <dl id="run" class="facts">
        ${rows.map(
          ([name, content]) =>
            html`<dt key=${name}>${name}</dt>
              <dd>${content}</dd>`,
        )}
      </dl>
    </section>
  `;
}

/** @param {{ settings: PipelineFacts['settings'] }} props */
function Settings({ settings }) {
  return html`
    <details class="panel settings">
      <summary>
        <h2>Settings <span class="count">${settings.length}</span></h2>
      </summary>
      <dl class="facts">
        ${settings.map(
          ([path, text]) =>
            html`<dt key=${path}><code>${path}</code></dt>
              <dd><code>${text}</code></dd>`,
        )}
      </dl>
    </details>
  `;
}
