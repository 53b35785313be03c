// @ts-check
import { html } from 'htm/preact';
import { utc, value } from './format.js';
/** @import { AnomalyColumns } from '../history.ts' */

/** Anomalies in the list; the chart shows all. */
const MOST = 6;

/**
 * The newest anomalies between `from` and `to`, as text for those who cannot point at the chart; choosing one zooms to it.
 *
 * @param {{ anomalies: AnomalyColumns, from: number, to: number, onChoose: (time: number) => void }} props
 */
export function Anomalies({ anomalies, from, to, onChoose }) {
  const { time, value: values, expected, lo, hi, score } = anomalies;
  const rows = [...time.keys()]
    .filter((i) => (time[i] ?? NaN) >= from && (time[i] ?? NaN) <= to)
    .toReversed();
  return html`
    <section class="panel" aria-labelledby="anomalies-title">
      <h2 id="anomalies-title">
        Anomalies in view <span class="count">${rows.length === 0 ? '' : rows.length}</span>
      </h2>
      ${
        rows.length === 0
          ? html`<p id="anomalies" class="empty-note">None: every reading in view is as expected.</p>`
          : html`<ul id="anomalies" class="items">
              ${rows.slice(0, MOST).map((i) => {
                const at = time[i] ?? 0;
                return html`<li class="item" key=${at}>
                  <button type="button" class="item-link" onClick=${() => onChoose(at)}>
                    <span class="item-time">${utc(at)} UTC</span>
                    <span class="item-text"
                      ><b>${value(values[i])}</b> instead of
                      ${value(expected[i])}${bandText(lo[i], hi[i])}</span
                    >
                    <span class="item-score">score ${(score[i] ?? 0).toFixed(1)}</span>
                  </button>
                </li>`;
              })}
            </ul>`
      }
      ${rows.length > MOST && html`<p class="muted">and ${rows.length - MOST} older in the chart</p>`}
    </section>
  `;
}

/**
 * @param {number | null | undefined} lo
 * @param {number | null | undefined} hi
 */
function bandText(lo, hi) {
  return Number.isFinite(lo ?? NaN) ? `, band ${value(lo)} to ${value(hi)}` : '';
}
