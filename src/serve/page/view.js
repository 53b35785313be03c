// @ts-check
import { showAnomalies } from './anomalies.js';
import { ApiError } from './api.js';
import { showChanges } from './changes.js';
import { Chart } from './chart.js';
import { chartColumns, gapAfter } from './columns.js';
import { Controls } from './controls.js';
import { need, setText } from './dom.js';
import { count } from './format.js';
import { Loader } from './loader.js';
import { showReadout } from './readout.js';
import { SeriesData } from './series-data.js';
import { ALL, spansFor } from './spans.js';
import { showTip } from './tip.js';
/** @import { SeriesWindow } from '../answers.ts' */
/** @import { Window } from '../history.ts' */
/** @import { Span } from './spans.js' */

/** Readings that are fetched of a series about which nothing is known yet. */
const FIRST = 700;
/** Readings from which on a window that only grows is fetched again, thinned. */
const MOST = 6000;

/** Width in CSS pixels below which the chart begins with the shortest span. */
const NARROW = 480;

/** The chart of one series: which horizon, how much of it, moving or standing still. */
export class View {
  #title = need('chart-title', HTMLElement);
  #frame = need('chart', HTMLElement);
  #note = need('chart-note', HTMLElement);
  #chart;
  #controls;
  #loader;
  #onChange;
  /** @type {string | null} */
  #series = null;
  #data = new SeriesData();
  #line = this.#data.line('');
  #thinned = false;
  /** Event time of the newest reading when the chart last moved. @type {number | null} */
  #newest = null;
  /** @type {readonly string[]} */
  #horizons = [];
  /** @type {string | null} */
  #h = null;
  /** @type {number | null} */
  #step = null;
  /** Null before the step of the series is known. @type {readonly Span[] | null} */
  #spans = null;
  /** Null before it was chosen, by a person or for the first series. @type {Span | null} */
  #span = null;
  /** Where the chart stands still: paused, or zoomed to; null while it moves. @type {{ from: number, to: number } | null} */
  #still = null;
  #isPaused = false;
  #missed = 0;
  /** The time under the cursor. @type {number | null} */
  #hovered = null;
  #isDrawingSoon = false;

  /** @param {() => void} onChange - Another horizon, or a step that became known. */
  constructor(onChange) {
    this.#onChange = onChange;
    this.#controls = new Controls({
      onHorizon: (h) => {
        this.#h = h;
        this.load();
      },
      onSpan: (span) => {
        this.#span = span;
        this.#follow();
      },
      onPause: () => (this.#isPaused ? this.#follow() : this.#pause()),
      onBack: () => this.#follow(),
    });
    this.#loader = new Loader(
      () => (this.#series === null ? null : { series: this.#series, stretch: this.#stretch() }),
      (window, meanwhile) => this.#take(window, meanwhile),
      (error) => this.#fail(error),
    );
    this.#chart = new Chart(this.#frame, {
      onZoom: (from, to) => this.#zoomTo(from, to),
      onReset: () => this.#follow(),
      onHover: (time, near) => {
        this.#hovered = near === null ? time : (this.#data.anomalies.time[near.index] ?? time);
        showTip(this.#data.anomalies, near);
        showReadout(this.#data, this.#line, this.#hovered);
      },
    });
  }

  /** The horizon that is shown. */
  get h() {
    return this.#h;
  }

  /** The usual distance between two readings in milliseconds, null before it is known. */
  get step() {
    return this.#step;
  }

  /** @param {string} series */
  show(series) {
    this.#series = series;
    this.#data = new SeriesData();
    this.#newest = null;
    this.#spans = null;
    setText(this.#title, series);
    this.#follow();
  }

  /** Fetches what is to be shown. */
  load() {
    void this.#loader.load();
  }

  /** Takes on that points were left out. */
  loadSoon() {
    this.#loader.loadSoon();
  }

  /** @param {Window} points - What is new. */
  add(points) {
    if (this.#still !== null) {
      this.#missed += points.readings.time.length;
      this.#showControls();
    } else if (!this.#loader.keep(points)) {
      this.#data.merge(points);
      // At the start of a run the step and the horizons are not known before some readings have come.
      const isNew = this.#spans === null || this.#data.forecasts.size > this.#horizons.length;
      if (isNew || this.#data.readings.time.length > MOST) this.#loader.loadSoon();
      this.#drawSoon();
    }
  }

  /** Takes on the colours of light or dark. */
  restyle() {
    this.#chart.restyle();
  }

  /** @returns {Record<string, string>} */
  #stretch() {
    /** @type {Record<string, string>} */
    const stretch = this.#h === null ? {} : { h: this.#h };
    if (this.#spans === null) return { ...stretch, last: String(FIRST) };
    if (this.#still !== null) {
      const { from, to } = this.#still;
      const step = this.#step ?? 0;
      return { ...stretch, from: String(Math.floor(from - step)), to: String(Math.ceil(to + step)) };
    }
    const span = this.#span?.ms ?? null;
    return span === null ? stretch : { ...stretch, span: String(span) };
  }

  /**
   * @param {SeriesWindow} window
   * @param {Window[]} meanwhile
   */
  #take(window, meanwhile) {
    this.#data = new SeriesData(window);
    this.#newest = window.newest;
    this.#thinned = window.thinned;
    this.#horizons = window.horizons;
    if (this.#h === null || !window.horizons.includes(this.#h)) {
      this.#h = window.horizons[window.horizons.length >> 1] ?? null;
    }
    if (this.#still === null) this.#step = window.step;
    for (const points of meanwhile) this.#data.merge(points);
    if (this.#spans === null && this.#step !== null) {
      this.#spans = spansFor(this.#step);
      this.#span =
        this.#spans.find(({ label }) => label === this.#span?.label) ??
        this.#spans[this.#frame.clientWidth < NARROW ? 0 : 1] ??
        ALL;
    }
    this.#say(window.readings.time.length === 0 ? 'There is no reading here.' : '');
    this.#showControls();
    this.#onChange();
    this.#draw();
  }

  /** @param {unknown} error */
  #fail(error) {
    // Where the server did not answer at all, the live connection says so and loads again when it is back.
    if (error instanceof ApiError) this.#say(error.message);
    this.#draw();
  }

  #pause() {
    this.#still = this.#range();
    this.#isPaused = true;
    this.#missed = 0;
    this.#showControls();
  }

  /** Moves with the newest readings again. */
  #follow() {
    this.#isPaused = false;
    this.#still = null;
    this.#missed = 0;
    this.#showControls();
    this.load();
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  #zoomTo(from, to) {
    this.#still = { from, to };
    this.#isPaused = false;
    this.#missed = 0;
    this.#showControls();
    this.#draw();
    this.load();
  }

  #showControls() {
    this.#controls.show({
      horizons: this.#horizons,
      h: this.#h,
      step: this.#step,
      spans: this.#spans ?? [],
      span: this.#span ?? ALL,
      isZoomed: this.#still !== null && !this.#isPaused,
      isPaused: this.#isPaused,
      missed: this.#missed,
    });
  }

  #drawSoon() {
    if (this.#isDrawingSoon) return;
    this.#isDrawingSoon = true;
    requestAnimationFrame(() => {
      this.#isDrawingSoon = false;
      this.#draw();
    });
  }

  #draw() {
    this.#line = this.#data.line(this.#h ?? '');
    if (this.#still === null) this.#newest = this.#data.newest;
    const { from, to } = this.#range();
    if (this.#still === null && typeof this.#span?.ms === 'number') this.#data.prune(from, this.#h);
    const columns = chartColumns(this.#data.readings, this.#line, gapAfter(this.#step, this.#thinned));
    const { anomalies, events } = this.#data;
    this.#chart.draw({ columns, anomalies, events, newest: this.#newest, from, to });
    showReadout(this.#data, this.#line, this.#hovered);
    const half = 24 * (this.#step ?? 0);
    const zoom = (/** @type {number} */ time) => this.#zoomTo(time - half, time + half);
    showAnomalies(anomalies, from, to, zoom);
    showChanges(events, from, to, this.#step, zoom);
    const readings = `${count(this.#data.readings.time.length)} readings with their forecasts`;
    this.#frame.setAttribute('aria-label', `Chart of ${this.#series ?? 'nothing yet'}: ${readings}`);
  }

  /** What the chart shows: a stretch that was zoomed to, or what the span says and as much of the future as is forecast. */
  #range() {
    if (this.#still !== null) return this.#still;
    const newest = this.#newest ?? 0;
    const shown = this.#span?.ms ?? newest - (this.#data.readings.time[0] ?? newest);
    const future = (this.#line.time.at(-1) ?? newest) - newest;
    return { from: newest - Math.max(1, shown), to: newest + Math.min(shown, Math.max(0, future)) };
  }

  /** @param {string} text - What stands in the chart's place; empty: nothing. */
  #say(text) {
    this.#note.hidden = text === '';
    this.#frame.classList.toggle('empty', text !== '');
    setText(this.#note, text);
  }
}
