// @ts-check
import { element, need } from './dom.js';
import { utc, value } from './format.js';
/** @import { AnomalyColumns } from '../history.ts' */
/** @import { NearAnomaly } from './chart.js' */

const tip = need('tip', HTMLElement);

/** The anomaly that is shown, so that a moving cursor does not build it again. */
let shown = Number.NaN;

/**
 * Tells of the anomaly under the cursor: what was seen, what had been expected, and how far off that is.
 *
 * @param {AnomalyColumns} anomalies
 * @param {NearAnomaly | null} near
 */
export function showTip(anomalies, near) {
  const time = near === null ? undefined : anomalies.time[near.index];
  if (near === null || time === undefined) {
    tip.hidden = true;
    shown = Number.NaN;
    return;
  }
  if (time !== shown) {
    const i = near.index;
    tip.replaceChildren(
      element('strong', '', 'Anomaly'),
      element('span', 'tip-time', `${utc(time)} UTC`),
      row('Value', value(anomalies.value[i])),
      row('Expected', value(anomalies.expected[i])),
      row('Band', `${value(anomalies.lo[i])} to ${value(anomalies.hi[i])}`),
      row('Score', (anomalies.score[i] ?? 0).toFixed(1)),
    );
    shown = time;
  }
  tip.hidden = false;
  const { clientWidth, clientHeight } = need('chart', HTMLElement);
  const isRight = near.left + tip.offsetWidth + 20 > clientWidth;
  tip.style.left = `${Math.max(4, isRight ? near.left - tip.offsetWidth - 14 : near.left + 14)}px`;
  const lowest = clientHeight - tip.offsetHeight - 4;
  tip.style.top = `${Math.max(4, Math.min(lowest, near.top - tip.offsetHeight / 2))}px`;
}

/**
 * @param {string} name
 * @param {string} text
 */
function row(name, text) {
  return element('span', 'tip-row', element('span', '', name), element('b', '', text));
}
