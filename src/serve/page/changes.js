// @ts-check
import { element, need } from './dom.js';
import { ahead, percent, utc, value } from './format.js';
/** @import { EventColumns } from '../history.ts' */

const target = need('changes', HTMLElement);

/** Changes in the list; the chart shows all. */
const MOST = 5;

let shown = '';

/**
 * The newest changes of the forecasts between `from` and `to`, in plain words; choosing one zooms to it.
 *
 * @param {EventColumns} events
 * @param {number} from
 * @param {number} to
 * @param {number | null} step
 * @param {(time: number) => void} onChoose
 */
export function showChanges(events, from, to, step, onChoose) {
  const rows = [...events.time.keys()].filter((i) => isShown(events, i, from, to)).toReversed();
  const key = JSON.stringify([step, rows.map((i) => [events.time[i], events.kind[i], events.h[i]])]);
  if (key === shown) return;
  shown = key;
  if (rows.length === 0) {
    target.replaceChildren(element('p', 'empty-note', 'None: the forecasts are as good as they were.'));
    return;
  }
  const items = rows.slice(0, MOST).map((i) => item(events, i, step, onChoose));
  target.replaceChildren(element('ul', 'anomaly-list', ...items));
  if (rows.length > MOST)
    target.append(element('p', 'muted', `and ${rows.length - MOST} older in the chart`));
}

/**
 * That a series is learned anew is said with the drift that it follows.
 *
 * @param {EventColumns} events
 * @param {number} i
 * @param {number} from
 * @param {number} to
 */
function isShown({ time, kind }, i, from, to) {
  const at = time[i] ?? NaN;
  return at >= from && at <= to && kind[i] !== 'relearn';
}

/**
 * What happened, and in which numbers it shows.
 *
 * @param {EventColumns} events
 * @param {number} i
 * @param {number | null} step
 * @returns {[string, string]}
 */
export function told({ time, kind, h, value: values, expected }, i, step) {
  const errors = `errors of ${value(values[i])} instead of ${value(expected[i])}`;
  const held = `${percent(values[i] ?? NaN)} of what came, meant to be ${percent(expected[i] ?? NaN)}`;
  const far = `${ahead(h[i] ?? '', step)} ahead`;
  switch (kind[i]) {
    case 'drift-up': {
      const isRelearning = time.some((other, k) => other === time[i] && kind[k] === 'relearn');
      return [isRelearning ? 'The forecasts became worse: relearning' : 'The forecasts became worse', errors];
    }
    case 'drift-down':
      return ['The forecasts became better', errors];
    case 'coverage-low':
      return [`The band ${far} holds too little`, held];
    case 'coverage-high':
      return [`The band ${far} holds more than it should`, held];
    case 'coverage-back':
      return [`The band ${far} holds what it should again`, held];
    default:
      return [kind[i] ?? '', ''];
  }
}

/**
 * @param {EventColumns} events
 * @param {number} i
 * @param {number | null} step
 * @param {(time: number) => void} onChoose
 */
function item(events, i, step, onChoose) {
  const at = events.time[i] ?? 0;
  const [what, numbers] = told(events, i, step);
  const button = element(
    'button',
    'anomaly',
    element('span', 'anomaly-time', `${utc(at)} UTC`),
    element('b', 'anomaly-value change', what),
    element('span', 'change muted', numbers),
  );
  button.type = 'button';
  button.addEventListener('click', () => onChoose(at));
  return element('li', '', button);
}
