// @ts-check
/** @import { ForecastColumns, ReadingColumns } from '../history.ts' */

/**
 * What the chart draws, over one shared column of times. `undefined`: this line has nothing to do with that time;
 * `null`: here the line is interrupted.
 *
 * @typedef {(number | null | undefined)[]} Line
 * @typedef {{ time: number[], hi: Line, lo: Line, yhat: Line, actual: Line }} ChartColumns
 */

/** A distance of more than this many usual steps is drawn as a gap. */
const GAP = 2.5;

/**
 * Readings and a forecast line over one column of times. Where readings are missing the line is interrupted.
 *
 * @param {ReadingColumns} readings
 * @param {ForecastColumns} forecast
 * @param {number} after - Distance in milliseconds from which on two points are not joined; Infinity: never.
 * @returns {ChartColumns}
 */
export function chartColumns(readings, forecast, after) {
  const time = merged(
    [...readings.time, ...gaps(readings.time, after)],
    [...forecast.time, ...gaps(forecast.time, after)],
  );
  const on = (/** @type {number[]} */ times, /** @type {number[]} */ values) => {
    const known = new Map(times.map((t, i) => [t, values[i] ?? null]));
    for (const t of gaps(times, after)) known.set(t, null);
    return time.map((t) => known.get(t));
  };
  return {
    time,
    hi: on(forecast.time, forecast.hi),
    lo: on(forecast.time, forecast.lo),
    yhat: on(forecast.time, forecast.yhat),
    actual: on(readings.time, readings.value),
  };
}

/**
 * From which distance on two points are not joined.
 *
 * @param {number | null} step - The usual distance.
 * @param {boolean} thinned - Rows were left out, so that a distance says nothing.
 */
export function gapAfter(step, thinned) {
  return step === null || thinned ? Infinity : step * GAP;
}

/**
 * A time inside every gap.
 *
 * @param {number[]} times
 * @param {number} after
 */
function gaps(times, after) {
  /** @type {number[]} */
  const inside = [];
  times.forEach((t, i) => {
    const before = times[i - 1];
    if (before !== undefined && t - before > after) inside.push(before + after / 2);
  });
  return inside;
}

/**
 * All times of both, ascending, each once.
 *
 * @param {number[]} a
 * @param {number[]} b
 */
function merged(a, b) {
  return [...new Set([...a, ...b])].toSorted((x, y) => x - y);
}
