// @ts-check
/** @import { AnomalyColumns, EventColumns, FanColumns, ForecastColumns, ReadingColumns, Window } from '../history.ts' */

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
   * What was forecast `h` steps ahead, of the times that have come since.
   *
   * @param {string} h
   * @returns {ForecastColumns}
   */
  past(h) {
    const own = this.forecasts.get(h);
    const end = own?.time.findIndex((time) => time > (this.newest ?? -Infinity)) ?? 0;
    const rows = end === -1 ? own?.time.length : end;
    return {
      h,
      time: own?.time.slice(0, rows) ?? [],
      yhat: own?.yhat.slice(0, rows) ?? [],
      lo: own?.lo.slice(0, rows) ?? [],
      hi: own?.hi.slice(0, rows) ?? [],
    };
  }

  /**
   * What the newest reading lets expect: the newest forecast of each horizon that lies beyond it. It begins in that reading.
   *
   * @returns {FanColumns}
   */
  fan() {
    const newest = this.newest;
    const value = this.readings.value.at(-1);
    if (newest === null || value === undefined) return { time: [], yhat: [], lo: [], hi: [] };
    const rows = [...this.forecasts.values()]
      .map(({ time, yhat, lo, hi }) =>
        [time.at(-1), yhat.at(-1), lo.at(-1), hi.at(-1)].map((one) => one ?? NaN),
      )
      .filter(([time = NaN]) => time > newest)
      .toSorted(([a = 0], [b = 0]) => a - b);
    const column = (/** @type {number} */ place) => rows.map((row) => row[place] ?? NaN);
    if (rows.length === 0) return { time: [], yhat: [], lo: [], hi: [] };
    return {
      time: [newest, ...column(0)],
      yhat: [value, ...column(1)],
      lo: [value, ...column(2)],
      hi: [value, ...column(3)],
    };
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
