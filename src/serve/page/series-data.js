// @ts-check
/** @import { AnomalyColumns, EventColumns, ForecastColumns, ReadingColumns, Window } from '../history.ts' */

/**
 * What the page knows of one series: a window that was fetched, and what came live since.
 *
 * Columns ascend in time. Of horizons other than the chosen one only what lies beyond the newest reading is kept.
 */
export class SeriesData {
  /** @type {ReadingColumns} */
  readings;
  /** @type {Map<string, ForecastColumns>} */
  forecasts;
  /** @type {AnomalyColumns} */
  anomalies;
  /** @type {EventColumns} */
  events;

  /** @param {Window} window */
  constructor({ readings, forecasts, anomalies, events } = nothing()) {
    this.readings = readings;
    this.forecasts = new Map(forecasts.map((columns) => [columns.h, columns]));
    this.anomalies = anomalies;
    this.events = events;
  }

  /**
   * Event time of the newest reading, null before the first.
   *
   * @returns {number | null}
   */
  get newest() {
    return this.readings.time.at(-1) ?? null;
  }

  /**
   * Adds what is newer than what is known: what is not newer was in the fetched window already.
   *
   * @param {Window} live
   */
  merge({ readings, forecasts, anomalies, events }) {
    append(this.readings, readings);
    append(this.anomalies, anomalies);
    append(this.events, events);
    for (const columns of forecasts) {
      const known = this.forecasts.get(columns.h);
      if (known === undefined) this.forecasts.set(columns.h, columns);
      else append(known, columns);
    }
  }

  /**
   * Drops what lies before `time`, and what horizons other than `h` forecast for times that have come.
   *
   * @param {number} time
   * @param {string | null} h
   */
  prune(time, h) {
    drop(this.readings, time);
    drop(this.anomalies, time);
    drop(this.events, time);
    for (const columns of this.forecasts.values()) {
      drop(columns, columns.h === h ? time : Math.max(time, (this.newest ?? time) + 1));
    }
  }

  /**
   * The forecast line of a horizon: every forecast made `h` steps ahead, and beyond the last of them what the longer horizons
   * say of the times that no shorter one reaches yet.
   *
   * @param {string} h
   * @returns {ForecastColumns}
   */
  line(h) {
    /** @type {ForecastColumns} */
    const line = { h, time: [], yhat: [], lo: [], hi: [] };
    const longer = [...this.forecasts.values()].filter((one) => Number(one.h) > Number(h));
    const own = this.forecasts.get(h);
    if (own !== undefined) append(line, own);
    for (const columns of longer.toSorted((a, b) => Number(a.h) - Number(b.h))) append(line, columns);
    return line;
  }
}

/**
 * Appends the rows of `more` that are later than the last of `columns`.
 *
 * @template {{ readonly time: number[] }} Columns
 * @param {Columns} columns
 * @param {Columns} more
 */
function append(columns, more) {
  const last = columns.time.at(-1) ?? -Infinity;
  const first = more.time.findIndex((time) => time > last);
  if (first === -1) return;
  const added = new Map(Object.entries(more));
  for (const [name, column] of Object.entries(columns)) {
    if (Array.isArray(column)) column.push(...(added.get(name) ?? []).slice(first));
  }
}

/**
 * Removes the rows before `time`.
 *
 * @param {{ readonly time: number[] }} columns
 * @param {number} time
 */
function drop(columns, time) {
  const first = columns.time.findIndex((one) => one >= time);
  const rows = first === -1 ? columns.time.length : first;
  if (rows === 0) return;
  for (const column of Object.values(columns)) if (Array.isArray(column)) column.splice(0, rows);
}

/** @returns {Window} */
function nothing() {
  const anomalies = { time: [], value: [], score: [], expected: [], lo: [], hi: [] };
  const events = { time: [], kind: [], h: [], value: [], expected: [] };
  return { readings: { time: [], value: [] }, forecasts: [], anomalies, events };
}
