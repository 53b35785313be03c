// @ts-check
import { html } from 'htm/preact';

/** Rows in the list; the chart shows all. */
const MOST = 6;

/**
 * The newest of what there is in view, as text for those who cannot point at the chart; choosing one zooms to it.
 *
 * @param {object} props
 * @param {string} props.id of the list
 * @param {string} props.title
 * @param {string} props.none said where there are no rows
 * @param {readonly number[]} props.rows the newest first
 * @param {(row: number) => { key: string | number, onChoose: () => void, text: unknown }} props.item
 */
export function InView({ id, title, none, rows, item }) {
  return html`
    <section class="panel" aria-labelledby="${id}-title">
      <h2 id="${id}-title">${title} <span class="count">${rows.length === 0 ? '' : rows.length}</span></h2>
      ${
        rows.length === 0
          ? html`<p id=${id} class="empty-note">${none}</p>`
          : html`<ul id=${id} class="items">
              ${rows.slice(0, MOST).map((row) => {
                const { key, onChoose, text } = item(row);
                return html`<li class="item" key=${key}>
                  <button type="button" class="item-link" onClick=${onChoose}>${text}</button>
                </li>`;
              })}
            </ul>`
      }
      ${rows.length > MOST && html`<p class="muted">and ${rows.length - MOST} older in the chart</p>`}
    </section>
  `;
}

/**
 * Rows whose times are in view, the newest first.
 *
 * @param {ArrayLike<number>} time ascending, ms
 * @param {number} from
 * @param {number} to
 * @returns {number[]}
 */
export function rowsInView(time, from, to) {
  return Array.from(time, (_, i) => i)
    .filter((i) => (time[i] ?? NaN) >= from && (time[i] ?? NaN) <= to)
    .toReversed();
}
