// @ts-check
import { html } from 'htm/preact';
import { useEffect, useState } from 'preact/hooks';
import { fetchSeries } from './api.js';
import { count } from './format.js';
import { SeriesTable } from './series-table.js';
import { now, put, useShared } from './store.js';
import { fetched } from './virtual.js';

/** How often the list is read again, in milliseconds. */
const EVERY = 2500;
/** How long after a key or a movement it is read, in milliseconds. */
const SOON = 90;

const SORTS = [
  ['attention', 'Attention'],
  ['error', 'Error'],
  ['silence', 'Silence'],
  ['name', 'Name'],
];

const STANDINGS = new Map([
  ['anomalous', 'odd right now'],
  ['silent', 'silent'],
  ['worse', 'forecast worse than their last value'],
  ['fine', 'with nothing the matter'],
]);

/** The list of series: searched and sorted by the server, which sends what is seen and a little more. */
export function ListPanel() {
  const list = useShared('list');
  const q = useShared('q');
  const sort = useShared('sort');
  const standing = useShared('standing');
  const [rows, setRows] = useState({ first: 0, last: 20 });
  const { offset, limit } = fetched(rows);

  useEffect(() => {
    let timer = setTimeout(read, SOON);
    let isOver = false;
    async function read() {
      try {
        const answer = document.hidden ? null : await fetchSeries({ q, sort, standing, offset, limit });
        if (answer !== null && !isOver)
          put({ list: answer, step: now().step ?? answer.series[0]?.summary.step ?? null });
      } catch {
        // The live connection says that the server is away; the list stays as it was.
      }
      if (!isOver) timer = setTimeout(read, EVERY);
    }
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [q, sort, standing, offset, limit]);

  return html`
    <section class="panel list-panel" aria-labelledby="list-title">
      <div class="list-head">
        <h2 id="list-title">
          Series
          <span id="list-count" class="count">${list === null ? '' : found(list.matching, list.total)}</span>
        </h2>
        <input
          id="search"
          type="search"
          placeholder="Search   /"
          autocomplete="off"
          spellcheck=${false}
          aria-label="Search the series"
          value=${q}
          onInput=${onSearch}
          onKeyDown=${onKey}
        />
        <div class="segments" role="group" aria-label="Sorted by">
          ${SORTS.map(
            ([value, label]) =>
              html`<button
                type="button"
                aria-pressed=${String(value === sort)}
                onClick=${() => put({ sort: value ?? '' })}
              >
                ${label}
              </button>`,
          )}
        </div>
      </div>
      ${
        standing !== '' &&
        html`<p class="filter">
          Those ${STANDINGS.get(standing)}.
          <button type="button" class="link" onClick=${() => put({ standing: '' })}>Show all</button>
        </p>`
      }
      <${SeriesTable} list=${list} order=${`${q} ${sort} ${standing}`} onRows=${setRows} />
    </section>
  `;
}

/** @param {Event} event */
function onSearch({ currentTarget }) {
  if (currentTarget instanceof HTMLInputElement) put({ q: currentTarget.value });
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const { key } = event;
  if (key === 'Escape') {
    put({ q: '' });
    if (event.currentTarget instanceof HTMLElement) event.currentTarget.blur();
  } else if (key === 'ArrowDown' || key === 'Enter') {
    event.preventDefault();
    const first = document.querySelector('#series-list a');
    if (!(first instanceof HTMLElement)) return;
    if (key === 'Enter') first.click();
    else first.focus();
  }
}

/**
 * @param {number} matching
 * @param {number} total
 */
function found(matching, total) {
  return matching === total ? count(total) : `${count(matching)} of ${count(total)}`;
}
