// @ts-check
import { html } from 'htm/preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { SeriesRow } from './series-row.js';
import { drawn, scrolledTo } from './virtual.js';
/** @import { SeriesList } from '../answers.ts' */

/** Height of a row in CSS pixels, on a wide and on a narrow screen; page.css has the same. */
const WIDE = 40;
const NARROW = 62;
const narrow = matchMedia('(max-width: 720px)');

/**
 * The rows of the list that are seen, of however many there are. Arrow keys move from one to the next.
 *
 * @param {{ list: SeriesList | null, order: string, onRows: (rows: { first: number, last: number }) => void }} props
 */
export function SeriesTable({ list, order, onRows }) {
  const frame = useRef(/** @type {HTMLElement | null} */ (null));
  const [place, setPlace] = useState({ top: 0, height: 600 });
  const [row, setRow] = useState(narrow.matches ? NARROW : WIDE);
  /** The row that is to have the focus once it is drawn. @type {import('preact').RefObject<number | null>} */
  const wanted = useRef(null);
  const length = list?.matching ?? 0;
  const { first, last } = drawn({ ...place, row, length });

  useEffect(() => onRows({ first, last }), [first, last]);

  // another order begins at its top
  useEffect(() => {
    if (frame.current !== null) frame.current.scrollTop = 0;
  }, [order]);

  useEffect(() => {
    const onWidth = () => setRow(narrow.matches ? NARROW : WIDE);
    narrow.addEventListener('change', onWidth);
    const { current } = frame;
    const observer = new ResizeObserver(look);
    if (current !== null) observer.observe(current);
    return () => {
      narrow.removeEventListener('change', onWidth);
      observer.disconnect();
    };
  }, []);

  useLayoutEffect(() => {
    if (wanted.current === null) return;
    const link = frame.current?.querySelector(`[data-index="${wanted.current}"] a`);
    if (!(link instanceof HTMLElement)) return;
    wanted.current = null;
    link.focus({ preventScroll: true });
  });

  function look() {
    const { current } = frame;
    if (current === null) return;
    const { scrollTop: top, clientHeight: height } = current;
    setPlace((before) => (before.top === top && before.height === height ? before : { top, height }));
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const { current } = frame;
    if (current === null || !(event.target instanceof HTMLElement)) return;
    const at = Number(event.target.closest('[data-index]')?.getAttribute('data-index') ?? -1);
    const page = Math.max(1, Math.floor(current.clientHeight / row) - 1);
    /** @type {Record<string, number>} */
    const moves = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: length - 1,
    };
    const target = moves[event.key];
    if (target === undefined) return;
    event.preventDefault();
    if (event.key === 'ArrowUp' && at <= 0) {
      document.getElementById('search')?.focus();
      return;
    }
    const index = Math.min(length - 1, Math.max(0, target));
    wanted.current = index;
    current.scrollTop = scrolledTo({ top: current.scrollTop, height: current.clientHeight, row }, index);
    look();
    // the same rows may be drawn as before
    setPlace((before) => ({ ...before }));
  }

  const rows = Array.from({ length: last - first }, (_, i) => first + i);
  return html`
    <div role="table" aria-label="Series" aria-rowcount=${length + 1} class="series">
      <div role="rowgroup">
        <div role="row" class="series-head" aria-rowindex="1">
          <span role="columnheader">Name</span>
          <span role="columnheader" class="of-spark">Lately, and next</span>
          <span role="columnheader" class="number">Value</span>
          <span role="columnheader" class="number of-next">Next</span>
          <span role="columnheader" class="number of-error">Error</span>
          <span role="columnheader" class="number of-count">Anomalies</span>
          <span role="columnheader">Standing</span>
        </div>
      </div>
      <div
        id="series-list"
        role="rowgroup"
        class="series-list"
        ref=${frame}
        onScroll=${look}
        onKeyDown=${onKey}
        tabindex=${length === 0 ? undefined : -1}
      >
        <div class="series-space" style=${{ height: `${length * row}px` }} role="presentation">
          ${rows.map(
            (index) =>
              html`<${SeriesRow}
                key=${index}
                index=${index}
                item=${list?.series[index - list.offset]}
                top=${index * row}
              />`,
          )}
        </div>
      </div>
    </div>
    ${list !== null && length === 0 && html`<p id="list-empty" class="empty-note">${emptyText(list.total)}</p>`}
  `;
}

/** @param {number} total */
function emptyText(total) {
  return total === 0 ? 'No series yet: each appears with its first reading.' : 'No series matches.';
}
