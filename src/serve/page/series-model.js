// @ts-check
import { ApiError } from './api.js';
import { Loader } from './loader.js';
import { SeriesData } from './series-data.js';
import { ALL, spansFor } from './spans.js';
/** @import { SeriesWindow } from '../answers.ts' */
/** @import { Window } from '../history.ts' */
/** @import { Quality } from '../quality.ts' */
/** @import { Span } from './spans.js' */

/** Readings that are fetched of a series about which nothing is known yet. */
const FIRST = 700;
/** Readings from which on a window that only grows is fetched again, thinned. */
const MOST = 6000;
/** How often the errors over time are fetched again while readings come, ms. */
const QUALITY_EVERY = 8000;

/** What a view of one series shows: which horizon, how much of it, moving or standing still. It knows nothing of how that is drawn. */
export class SeriesModel {
  /** @readonly */
  series;
  data = new SeriesData();
  thinned = false;
  /** Event time of the newest reading when the chart last moved. @type {number | null} */
  newest = null;
  /** @type {readonly string[]} */
  horizons = [];
  /** @type {string | null} */
  h;
  /** @type {number | null} */
  step = null;
  /** Null before the step of the series is known. @type {readonly Span[] | null} */
  spans = null;
  /** Null before it was chosen, by a person or for the first window. @type {Span | null} */
  span = null;
  isPaused = false;
  /** Readings that came while the chart stood still. */
  missed = 0;
  /** What stands in the chart's place; empty: nothing. */
  note = 'Waiting for the first reading';
  /** @type {Quality | null} */
  quality = null;
  /** Where the chart stands still: paused, or zoomed to; null while it moves. @type {{ from: number, to: number } | null} */
  #still = null;
  #isNarrow;
  #onChange;
  #loader;
  /** When the window was fetched, by the clock of the page. */
  #loadedAt = 0;

  /**
   * @param {string} series
   * @param {{ h: string | null, isNarrow: boolean, onChange: () => void }} parts - `h`: the horizon to begin with; a narrow screen begins with a shorter span.
   */
  constructor(series, { h, isNarrow, onChange }) {
    this.series = series;
    this.h = h;
    this.#isNarrow = isNarrow;
    this.#onChange = onChange;
    this.#loader = new Loader(
      () => ({ series, stretch: this.#stretch() }),
      (window, meanwhile) => this.#take(window, meanwhile),
      (error) => this.#fail(error),
    );
  }

  get isZoomed() {
    return this.#still !== null && !this.isPaused;
  }

  /** What the chart shows: a stretch that was zoomed to, or what the span says and as much of the future as is forecast. */
  get range() {
    if (this.#still !== null) return this.#still;
    const newest = this.newest ?? 0;
    const shown = this.span?.ms ?? newest - (this.data.readings.time[0] ?? newest);
    const future = (this.data.fan().time.at(-1) ?? newest) - newest;
    return { from: newest - Math.max(1, shown), to: newest + Math.min(shown, Math.max(0, future)) };
  }

  /** Fetches what is to be shown. */
  load() {
    void this.#loader.load();
  }

  /** Takes on that points were left out. */
  loadSoon() {
    this.#loader.loadSoon();
  }

  /** Fetches nothing any more. */
  end() {
    this.#loader.end();
  }

  /** @param {Window} points - What is new. */
  add(points) {
    if (this.#still !== null) this.missed += points.readings.time.length;
    else if (!this.#loader.keep(points)) {
      this.data.merge(points);
      this.newest = this.data.newest;
      // At the start of a run the step and the horizons are not known before some readings have come.
      const isNew = this.spans === null || this.data.forecasts.size > this.horizons.length;
      const isOld = performance.now() - this.#loadedAt > QUALITY_EVERY;
      if (isNew || isOld || this.data.readings.time.length > MOST) this.#loader.loadSoon();
      if (typeof this.span?.ms === 'number') this.data.prune(this.range.from, this.h);
    }
    this.#onChange();
  }

  /** @param {string} h */
  showHorizon(h) {
    this.h = h;
    this.#onChange();
    this.load();
  }

  /** @param {number} by - Places nearer (−1) or farther (1). */
  moveHorizon(by) {
    const next = this.horizons[this.horizons.indexOf(this.h ?? '') + by];
    if (next !== undefined) this.showHorizon(next);
  }

  /** @param {Span} span */
  showSpan(span) {
    this.span = span;
    this.follow();
  }

  /** Stands still, or goes on. */
  pause() {
    if (this.isPaused) return this.follow();
    this.#still = this.range;
    this.isPaused = true;
    this.missed = 0;
    this.#onChange();
  }

  /** Moves with the newest readings again. */
  follow() {
    this.isPaused = false;
    this.#still = null;
    this.missed = 0;
    this.#onChange();
    this.load();
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  zoomTo(from, to) {
    this.#still = { from, to };
    this.isPaused = false;
    this.missed = 0;
    this.#onChange();
    this.load();
  }

  /** @param {number} time - Is seen with some readings before and after it. */
  zoomAround(time) {
    const half = 24 * (this.step ?? 0);
    this.zoomTo(time - half, time + half);
  }

  /** @returns {Record<string, string>} */
  #stretch() {
    /** @type {Record<string, string>} */
    const stretch = this.h === null ? {} : { h: this.h };
    if (this.spans === null) return { ...stretch, last: String(FIRST) };
    if (this.#still !== null) {
      const { from, to } = this.#still;
      const step = this.step ?? 0;
      return { ...stretch, from: String(Math.floor(from - step)), to: String(Math.ceil(to + step)) };
    }
    const span = this.span?.ms ?? null;
    return span === null ? stretch : { ...stretch, span: String(span) };
  }

  /**
   * @param {SeriesWindow} window
   * @param {Window[]} meanwhile
   */
  #take(window, meanwhile) {
    this.#loadedAt = performance.now();
    this.data = new SeriesData(window);
    this.thinned = window.thinned;
    this.horizons = window.horizons;
    this.quality = window.quality;
    if (this.h === null || !window.horizons.includes(this.h)) {
      this.h = window.horizons[window.horizons.length >> 1] ?? null;
    }
    if (this.#still === null) this.step = window.step;
    for (const points of meanwhile) this.data.merge(points);
    if (this.#still === null) this.newest = this.data.newest ?? window.newest;
    if (this.spans === null && this.step !== null) {
      this.spans = spansFor(this.step);
      this.span =
        this.spans.find(({ label }) => label === this.span?.label) ??
        this.spans[this.#isNarrow ? 0 : 1] ??
        ALL;
    }
    this.note = window.readings.time.length === 0 ? 'There is no reading here.' : '';
    this.#onChange();
  }

  /** @param {unknown} error */
  #fail(error) {
    // Where the server did not answer at all, the live connection says so and loads again when it is back.
    if (error instanceof ApiError) this.note = error.message;
    this.#onChange();
  }
}
