// @ts-check
import { fetchWindow } from './api.js';
/** @import { SeriesWindow } from '../answers.ts' */
/** @import { Window } from '../history.ts' */

/** The least time between two fetches that the feed asks for, in milliseconds. */
const SOON = 1000;

/**
 * What to fetch: a series, and which stretch of it.
 *
 * @typedef {{ series: string, stretch: Readonly<Record<string, string>> }} Wanted
 */

/** Fetches windows, the last asked for winning, and keeps what comes live meanwhile. */
export class Loader {
  #wanted;
  #onWindow;
  #onFailure;
  #fetches = 0;
  #timer = 0;
  /** What came since the fetch began; null while there is none. @type {Window[] | null} */
  #meanwhile = null;

  /**
   * @param {() => Wanted | null} wanted - Asked at every fetch.
   * @param {(window: SeriesWindow, meanwhile: Window[]) => void} onWindow
   * @param {(error: unknown) => void} onFailure
   */
  constructor(wanted, onWindow, onFailure) {
    this.#wanted = wanted;
    this.#onWindow = onWindow;
    this.#onFailure = onFailure;
  }

  async load() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    const wanted = this.#wanted();
    if (wanted === null) return;
    this.#fetches += 1;
    const fetches = this.#fetches;
    this.#meanwhile = [];
    try {
      const window = await fetchWindow(wanted.series, wanted.stretch);
      if (fetches !== this.#fetches) return;
      const meanwhile = this.#meanwhile;
      this.#meanwhile = null;
      this.#onWindow(window, meanwhile);
    } catch (error) {
      if (fetches !== this.#fetches) return;
      this.#meanwhile = null;
      this.#onFailure(error);
    }
  }

  /** Loads nothing any more, and takes nothing that is under way. */
  end() {
    clearTimeout(this.#timer);
    this.#fetches += 1;
  }

  /** Loads within a second, however often it is asked. */
  loadSoon() {
    if (this.#timer === 0) this.#timer = setTimeout(() => void this.load(), SOON);
  }

  /**
   * Keeps points for the window that is being fetched; says whether there is one.
   *
   * @param {Window} points
   */
  keep(points) {
    this.#meanwhile?.push(points);
    return this.#meanwhile !== null;
  }
}
