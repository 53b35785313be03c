// @ts-check
import { html } from 'htm/preact';
import { utc, value } from './format.js';
import { InView, rowsInView } from './in-view.js';
/** @import { AnomalyColumns } from '../history.ts' */

/**
 * The newest anomalies between `from` and `to`.
 *
 * @param {{ anomalies: AnomalyColumns, from: number, to: number, onChoose: (time: number) => void }} props
 */
export function Anomalies({ anomalies, from, to, onChoose }) {
  const { time, value: values, expected, lo, hi, score } = anomalies;
  return html`<${InView}
    id="anomalies"
    title="Anomalies in view"
    none="None: every reading in view is as expected."
    rows=${rowsInView(time, from, to)}
    item=${(/** @type {number} */ i) => {
      const at = time[i] ?? 0;
      return {
        key: at,
        onChoose: () => onChoose(at),
        text: html`<span class="item-time">${utc(at)} UTC</span>
          <span class="item-text"
            ><b>${value(values[i])}</b> instead of ${value(expected[i])}${bandText(lo[i], hi[i])}</span
          >
          <span class="item-score">score ${(score[i] ?? 0).toFixed(1)}</span>`,
      };
    }}
  />`;
}

/**
 * @param {number | null | undefined} lo
 * @param {number | null | undefined} hi
 */
function bandText(lo, hi) {
  return Number.isFinite(lo ?? NaN) ? `, band ${value(lo)} to ${value(hi)}` : '';
}
