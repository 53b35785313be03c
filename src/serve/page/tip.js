// @ts-check
import { html } from 'htm/preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { utc, value } from './format.js';
/** @import { AnomalyColumns } from '../history.ts' */
/** @import { NearAnomaly } from './chart.js' */

/**
 * Tells of the anomaly under the cursor: what was seen, what had been expected, and how far off that is.
 *
 * @param {{ anomalies: AnomalyColumns, near: NearAnomaly, frame: HTMLElement | null }} props
 */
export function Tip({ anomalies, near: { index, left, top }, frame }) {
  /** @type {import('preact').RefObject<HTMLElement | null>} */
  const tip = useRef(null);
  useLayoutEffect(() => {
    if (tip.current === null || frame === null) return;
    const { offsetWidth, offsetHeight, style } = tip.current;
    const isRight = left + offsetWidth + 20 > frame.clientWidth;
    style.left = `${Math.max(4, isRight ? left - offsetWidth - 14 : left + 14)}px`;
    style.top = `${Math.max(4, Math.min(frame.clientHeight - offsetHeight - 4, top - offsetHeight / 2))}px`;
  });
  const time = anomalies.time[index];
  if (time === undefined) return null;
  const rows = [
    ['Value', value(anomalies.value[index])],
    ['Expected', value(anomalies.expected[index])],
    ['Band', `${value(anomalies.lo[index])} to ${value(anomalies.hi[index])}`],
    ['Score', (anomalies.score[index] ?? 0).toFixed(1)],
  ];
  return html`
    <div id="tip" class="tip" ref=${tip}>
      <strong>Anomaly</strong
      ><span class="tip-time">${utc(time)} UTC</span
      >${rows.map(([name, text]) => html`<span class="tip-row"><span>${name}</span><b>${text}</b></span>`)}
    </div>
  `;
}
