// @ts-check
import { timeLabels, valueLabels } from './axis.js';
import { drawAnomalies, drawChanges, labelFuture, shadeFuture } from './marks.js';
import { readTheme } from './theme.js';
import uPlot from 'uplot';
/** @import { AnomalyColumns, EventColumns } from '../history.ts' */
/** @import { ChartColumns } from './columns.js' */

/**
 * @typedef {object} ChartHandlers
 * @property {(from: number, to: number) => void} onZoom
 * @property {() => void} onReset
 * @property {(time: number | null, near: NearAnomaly | null) => void} onHover - The time under the cursor, null when it is away.
 *
 * @typedef {{ index: number, left: number, top: number }} NearAnomaly - In CSS pixels within the chart.
 *
 * @typedef {object} Picture
 * @property {ChartColumns} columns
 * @property {AnomalyColumns} anomalies
 * @property {EventColumns} events
 * @property {number | null} newest - Where the future begins.
 * @property {number} from
 * @property {number} to
 */

/** Lines that the cursor marks: what was and what is forecast, and what came. */
const MARKED = new Set([3, 6, 7]);

/** How near the cursor has to be to an anomaly, in CSS pixels. */
const NEAR = 16;

/** The main chart: what was forecast with its band, the fan of what is forecast next, actual, anomalies, changes and the future's shade, drawn by uPlot. */
export class Chart {
  #theme = readTheme();
  /** @type {Picture | null} */
  #picture = null;
  #root;
  #handlers;
  #plot;
  #observer;

  /**
   * @param {HTMLElement} root - Gives the size.
   * @param {ChartHandlers} handlers
   */
  constructor(root, handlers) {
    this.#root = root;
    this.#handlers = handlers;
    this.#plot = new uPlot(this.#options(), [[], [], [], [], [], [], [], []], root);
    this.#observer = new ResizeObserver(() => this.#plot.setSize(this.#size()));
    this.#observer.observe(root);
  }

  /** @param {Picture} picture */
  draw(picture) {
    this.#picture = picture;
    const { time, hi, lo, yhat, fanHi, fanLo, fan, actual } = picture.columns;
    this.#plot.batch(() => {
      this.#plot.setData([time, hi, lo, yhat, fanHi, fanLo, fan, actual], false);
      this.#plot.setScale('x', { min: picture.from, max: picture.to });
    });
  }

  /** Takes on the colours of light or dark. */
  restyle() {
    this.#theme = readTheme();
    this.#plot.redraw(false, true);
  }

  /** Takes the chart away. */
  end() {
    this.#observer.disconnect();
    this.#plot.destroy();
  }

  #size() {
    return { width: this.#root.clientWidth, height: this.#root.clientHeight };
  }

  /** @returns {uPlot.Options} */
  #options() {
    const theme = () => this.#theme;
    const font = `12px ${this.#theme.font}`;
    /** @type {uPlot.Series} */
    const edge = { stroke: 'transparent', width: 0, points: { show: false } };
    /** @type {Partial<uPlot.Axis>} */
    const axis = {
      font,
      stroke: () => theme().muted,
      grid: { stroke: () => theme().grid, width: 1 },
      ticks: { show: false },
    };
    return {
      ...this.#size(),
      ms: 1,
      tzDate: (ms) => uPlot.tzDate(new Date(ms), 'Etc/UTC'),
      legend: { show: false },
      padding: [10, 12, 0, 0],
      scales: { x: { time: true, auto: false }, y: { range: (_plot, low, high) => padded(low, high) } },
      series: [
        {},
        { ...edge },
        { ...edge },
        { stroke: () => theme().forecast, width: 1.6, points: { show: false } },
        { ...edge },
        { ...edge },
        { stroke: () => theme().forecast, width: 2.2, dash: [5, 3], points: { show: false } },
        { stroke: () => theme().ink, width: 1.6, points: { show: false } },
      ],
      bands: [
        { series: [1, 2], fill: () => theme().band },
        { series: [4, 5], fill: () => theme().fan },
      ],
      axes: [
        {
          ...axis,
          size: 44,
          gap: 8,
          space: 72,
          values: (_plot, ticks, _axis, _space, distance) => timeLabels(ticks, distance),
        },
        {
          ...axis,
          gap: 8,
          size: (_plot, labels) => 20 + 7 * Math.max(2, ...(labels ?? []).map((label) => label.length)),
          values: (_plot, ticks, _axis, _space, distance) => valueLabels(ticks, distance),
        },
      ],
      cursor: {
        y: false,
        points: {
          size: (_plot, i) => (MARKED.has(i) ? 8 : 0),
          fill: () => theme().surface,
          width: (_plot, i) => (MARKED.has(i) ? 2 : 0),
        },
        drag: { x: true, y: false, setScale: false, dist: 6 },
        bind: { dblclick: () => () => this.#reset() },
      },
      hooks: {
        drawClear: [(plot) => shadeFuture(plot, this.#theme, this.#picture?.newest ?? null)],
        draw: [(plot) => this.#drawMarks(plot)],
        setSelect: [(plot) => this.#zoom(plot)],
        setCursor: [(plot) => this.#hover(plot)],
      },
    };
  }

  /** @param {uPlot} plot */
  #drawMarks(plot) {
    if (this.#picture === null) return;
    labelFuture(plot, this.#theme, this.#picture.newest);
    drawChanges(plot, this.#theme, this.#picture.events);
    drawAnomalies(plot, this.#theme, this.#picture.anomalies);
  }

  /** @returns {null} */
  #reset() {
    this.#handlers.onReset();
    return null;
  }

  /** @param {uPlot} plot */
  #zoom(plot) {
    const { left, width } = plot.select;
    if (width < 6) return;
    const from = plot.posToVal(left, 'x');
    const to = plot.posToVal(left + width, 'x');
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    this.#handlers.onZoom(from, to);
  }

  /** @param {uPlot} plot */
  #hover(plot) {
    const { left = -1, top = -1 } = plot.cursor;
    if (left < 0) this.#handlers.onHover(null, null);
    else this.#handlers.onHover(plot.posToVal(left, 'x'), this.#near(plot, left, top));
  }

  /**
   * @param {uPlot} plot
   * @param {number} left
   * @param {number} top
   * @returns {NearAnomaly | null}
   */
  #near(plot, left, top) {
    /** @type {NearAnomaly | null} */
    let nearest = null;
    let least = NEAR;
    const origin = { left: plot.bbox.left / devicePixelRatio, top: plot.bbox.top / devicePixelRatio };
    this.#picture?.anomalies.time.forEach((time, index) => {
      const x = plot.valToPos(time, 'x');
      const y = plot.valToPos(this.#picture?.anomalies.value[index] ?? 0, 'y');
      const distance = Math.hypot(x - left, y - top);
      if (distance > least) return;
      least = distance;
      nearest = { index, left: origin.left + x, top: origin.top + y };
    });
    return nearest;
  }
}

/**
 * A little room above and below what is drawn.
 *
 * @param {number | null} low
 * @param {number | null} high
 * @returns {[number, number]}
 */
function padded(low, high) {
  if (low === null || high === null) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.07;
  return [low - room, high + room];
}
