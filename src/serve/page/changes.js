// @ts-check
import { html } from 'htm/preact';
import { utc } from './format.js';
import { told } from './told.js';
/** @import { EventColumns } from '../history.ts' */

/** Changes in the list; the chart shows all. */
const MOST = 6;

/**
 * The newest changes of the forecasts between `from` and `to`, in plain words; choosing one zooms to it. That a series is learned anew is said with the drift
 * that it follows.
 *
 * @param {{ events: EventColumns, from: number, to: number, step: number | null, onChoose: (time: number) => void }} props
 */
export function Changes({ events, from, to, step, onChoose }) {
  const { time, kind, h } = events;
  const rows = [...time.keys()]
    .filter((i) => (time[i] ?? NaN) >= from && (time[i] ?? NaN) <= to && kind[i] !== 'relearn')
    .toReversed();
  return html`
    <section class="panel" aria-labelledby="changes-title">
      <h2 id="changes-title">
        Changes in view <span class="count">${rows.length === 0 ? '' : rows.length}</span>
      </h2>
      ${
        rows.length === 0
          ? html`<p id="changes" class="empty-note">None: the forecasts are as good as they were.</p>`
          : html`<ul id="changes" class="items">
              ${rows.slice(0, MOST).map((i) => {
                const at = time[i] ?? 0;
                const [what, numbers] = told(events, i, step);
                return html`<li class="item" key=${`${at} ${kind[i]} ${h[i]}`}>
                  <button type="button" class="item-link" onClick=${() => onChoose(at)}>
                    <span class="item-time">${utc(at)} UTC</span>
                    <b class="item-text">${what}</b>
                    <span class="item-text muted">${numbers}</span>
                  </button>
                </li>`;
              })}
            </ul>`
      }
      ${rows.length > MOST && html`<p class="muted">and ${rows.length - MOST} older in the chart</p>`}
    </section>
  `;
}
