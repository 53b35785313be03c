// @ts-check
import { need, setText } from './dom.js';
import { against, ahead, count, percent } from './format.js';
/** @import { SeriesList } from '../answers.ts' */
/** @import { RunStatus } from '../status.ts' */

/**
 * @param {string} tile
 * @param {string} figure
 * @param {string} note
 * @param {string} tone
 */
function show(tile, figure, note, tone = '') {
  const target = need(`tile-${tile}`, HTMLElement);
  setText(target, figure);
  target.dataset['tone'] = tone;
  setText(need(`tile-${tile}-note`, HTMLElement), note);
}

/**
 * The four figures at the top; error and band are those of the horizon that the chart shows.
 *
 * @param {RunStatus} status
 * @param {string | null} h
 * @param {number | null} step
 */
export function showTiles(
  { readings, earlierReadings, series, partitions, summary, nominalCoverage },
  h,
  step,
) {
  const from = `${count(series)} series, ${partitions === 1 ? '1 partition' : `${count(partitions)} partitions`}`;
  const now = earlierReadings > 0 ? `${count(readings)} of them in this run, ` : '';
  show('readings', count(earlierReadings + readings), `${now}from ${from}`);
  const score = summary.find((one) => one.h === h) ?? summary[0];
  if (score === undefined) {
    show('error', '–', 'known once the first forecasts have come due');
    show('band', '–', nominalCoverage === null ? 'bands are off' : `aim: ${percent(nominalCoverage)}`);
    return;
  }
  const far = `${ahead(score.h, step)} ahead`;
  const isWorse = score.againstLast !== null && score.againstLast > 1.005;
  show('error', against(score.againstLast), `than repeating the last value, ${far}`, isWorse ? 'warn' : '');
  const { coverage, liveCoverage } = score;
  const isNarrow = coverage !== null && nominalCoverage !== null && coverage < nominalCoverage - 0.1;
  const aim = nominalCoverage === null ? '' : `aim: ${percent(nominalCoverage)}, `;
  show(
    'band',
    coverage === null ? '–' : percent(coverage),
    `of readings${liveCoverage === null ? '' : `, lately ${percent(liveCoverage)}`}; ${aim}${far}`,
    isNarrow ? 'warn' : '',
  );
}

/** @param {SeriesList} list */
export function showAnomalyTile({ total, anomalies, withAnomalies }) {
  const note = anomalies === 0 ? 'in all series' : `in ${count(withAnomalies)} of ${count(total)} series`;
  show('anomalies', count(anomalies), note, anomalies === 0 ? '' : 'alert');
}
