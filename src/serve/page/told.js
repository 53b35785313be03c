// @ts-check
import { ahead, percent, utc, value } from './format.js';
/** @import { EventColumns } from '../history.ts' */

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
    case 'evicted':
      return ['Nothing came any more: its state was given up', `last seen ${utc(values[i] ?? NaN)} UTC`];
    default:
      return [kind[i] ?? '', ''];
  }
}
