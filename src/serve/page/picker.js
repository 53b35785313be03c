// @ts-check
import { fetchSeries } from './api.js';
import { need, setText } from './dom.js';
import { count } from './format.js';
import { PickerRow } from './picker-row.js';
/** @import { SeriesList } from '../answers.ts' */

/** Series in the list at a time; the search finds the others. */
const LIMIT = 100;
/** How often the list is read again, in milliseconds. */
const EVERY = 2500;
/** How long after a key the search runs, in milliseconds. */
const AFTER_KEY = 120;

/**
 * The searchable list of series: a combobox whose list is always open. Arrow keys move, Enter or a click chooses.
 *
 * @see https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
 */
export class Picker {
  #search = need('picker-search', HTMLInputElement);
  #list = need('picker-list', HTMLElement);
  #empty = need('picker-empty', HTMLElement);
  #count = need('picker-count', HTMLElement);
  #toggle = need('picker-toggle', HTMLButtonElement);
  #body = need('picker-body', HTMLElement);
  #current = need('picker-current', HTMLElement);
  /** @type {Map<string, PickerRow>} */
  #rows = new Map();
  /** @type {string | null} */
  #chosen = null;
  /** @type {string | null} */
  #active = null;
  #timer = 0;
  #asked = 0;
  #onChoose;
  #onList;

  /**
   * @param {(series: string) => void} onChoose
   * @param {(list: SeriesList) => void} onList - Every time the list was read.
   */
  constructor(onChoose, onList) {
    this.#onChoose = onChoose;
    this.#onList = onList;
    this.#search.addEventListener('input', () => this.#readAfter(AFTER_KEY));
    this.#search.addEventListener('keydown', (event) => this.#onKey(event));
    this.#toggle.addEventListener('click', () =>
      this.#open(this.#toggle.getAttribute('aria-expanded') !== 'true'),
    );
  }

  /** Reads the list now, and again and again while the page is seen. */
  start() {
    this.#readAfter(0);
  }

  /** @param {string} series - The one that is shown. */
  choose(series) {
    this.#chosen = series;
    setText(this.#current, series);
    for (const [name, row] of this.#rows) row.option.setAttribute('aria-selected', String(name === series));
  }

  /**
   * The newest value of the series that is shown, so that list and chart say the same.
   *
   * @param {number | undefined} value
   */
  setValue(value) {
    if (value !== undefined && this.#chosen !== null) this.#rows.get(this.#chosen)?.setValue(value);
  }

  /** @param {number} ms */
  #readAfter(ms) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(), ms);
  }

  async #read() {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const list = document.hidden ? null : await fetchSeries(this.#search.value, LIMIT);
      if (list !== null && asked === this.#asked) this.#show(list);
    } catch {
      // The live connection says that the server is away; the list stays as it was.
    }
    if (asked === this.#asked) this.#readAfter(EVERY);
  }

  /** @param {SeriesList} list */
  #show(list) {
    const { total, matching, series } = list;
    setText(this.#count, count(total));
    this.#empty.hidden = matching > 0 && matching <= series.length;
    const rest = matching - series.length;
    setText(this.#empty, matching === 0 ? emptyText(total) : `and ${count(rest)} more: search to find them`);
    const names = new Set(series.map(({ summary }) => summary.name));
    for (const [name, row] of this.#rows) {
      if (names.has(name)) continue;
      row.option.remove();
      this.#rows.delete(name);
    }
    series.forEach((item, i) => {
      const row = this.#row(item.summary.name);
      row.update(item);
      if (this.#list.children[i] !== row.option)
        this.#list.insertBefore(row.option, this.#list.children[i] ?? null);
    });
    this.#setActive(this.#active !== null && this.#rows.has(this.#active) ? this.#active : null);
    this.#onList(list);
  }

  /** @param {string} name */
  #row(name) {
    let row = this.#rows.get(name);
    if (row === undefined) {
      row = new PickerRow(name);
      row.option.addEventListener('click', () => this.#pick(name));
      row.option.setAttribute('aria-selected', String(name === this.#chosen));
      this.#rows.set(name, row);
    }
    return row;
  }

  /** @param {string} name */
  #pick(name) {
    this.#setActive(name);
    this.#open(false);
    // Where the list closes, the focus may not stay in it.
    if (this.#toggle.offsetParent !== null) this.#toggle.focus();
    this.#onChoose(name);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const names = Array.from(this.#list.children, (option) =>
      option instanceof HTMLElement ? option.title : '',
    );
    const at = names.indexOf(this.#active ?? this.#chosen ?? '');
    /** @type {Record<string, number>} */
    const moves = { ArrowDown: at + 1, ArrowUp: at === -1 ? names.length - 1 : at - 1 };
    const target = moves[event.key];
    if (target !== undefined) {
      event.preventDefault();
      this.#setActive(names[Math.min(names.length - 1, Math.max(0, target))] ?? null);
    } else if (event.key === 'Enter') {
      const name = this.#active ?? names[0];
      if (name !== undefined) this.#pick(name);
    }
  }

  /** @param {string | null} name */
  #setActive(name) {
    this.#active = name;
    for (const [other, { option }] of this.#rows) option.classList.toggle('active', other === name);
    const option = name === null ? undefined : this.#rows.get(name)?.option;
    if (option === undefined) this.#search.removeAttribute('aria-activedescendant');
    else {
      this.#search.setAttribute('aria-activedescendant', option.id);
      const { offsetTop, offsetHeight } = option;
      const { scrollTop, clientHeight } = this.#list;
      if (offsetTop < scrollTop) this.#list.scrollTop = offsetTop;
      if (offsetTop + offsetHeight > scrollTop + clientHeight)
        this.#list.scrollTop = offsetTop + offsetHeight - clientHeight;
    }
  }

  /**
   * On a narrow screen the list is behind a button.
   *
   * @param {boolean} isOpen
   */
  #open(isOpen) {
    this.#toggle.setAttribute('aria-expanded', String(isOpen));
    this.#body.classList.toggle('open', isOpen);
  }
}

/** @param {number} total */
function emptyText(total) {
  return total === 0 ? 'No series yet: each appears with its first reading.' : 'No series matches.';
}
