// @ts-check
import { element, need } from './dom.js';
import { utc, value } from './format.js';
/** @import { AnomalyColumns } from '../history.ts' */

const target = need('anomalies', HTMLElement);

/** Anomalies in the list; the chart shows all. */
const MOST = 5;

let shown = '';

/**
 * The newest anomalies between `from` and `to`, as text for those who cannot point at the chart; choosing one zooms to it.
 *
 * @param {AnomalyColumns} anomalies
 * @param {number} from
 * @param {number} to
 * @param {(time: number) => void} onChoose
 */
export function showAnomalies(anomalies, from, to, onChoose) {
  const rows = [...anomalies.time.keys()].filter((i) => inside(anomalies.time[i], from, to)).toReversed();
  const key = JSON.stringify(rows.map((i) => anomalies.time[i]));
  if (key === shown) return;
  shown = key;
  if (rows.length === 0) {
    target.replaceChildren(element('p', 'empty-note', 'None: every reading in view is as expected.'));
    return;
  }
  const items = rows.slice(0, MOST).map((i) => item(anomalies, i, onChoose));
  target.replaceChildren(element('ul', 'anomaly-list', ...items));
  if (rows.length > MOST)
    target.append(element('p', 'muted', `and ${rows.length - MOST} older in the chart`));
}

/**
 * @param {number | undefined} time
 * @param {number} from
 * @param {number} to
 */
function inside(time, from, to) {
  return time !== undefined && time >= from && time <= to;
}

/**
 * @param {AnomalyColumns} anomalies
 * @param {number} i
 * @param {(time: number) => void} onChoose
 */
function item({ time, value: values, expected, score }, i, onChoose) {
  const at = time[i] ?? 0;
  const button = element(
    'button',
    'anomaly',
    element('span', 'anomaly-time', `${utc(at)} UTC`),
    element('span', 'anomaly-value', element('b', '', value(values[i])), ` instead of ${value(expected[i])}`),
    element('span', 'anomaly-score', `score ${(score[i] ?? 0).toFixed(1)}`),
  );
  button.type = 'button';
  button.addEventListener('click', () => onChoose(at));
  return element('li', '', button);
}
