// @ts-check
/** @import { FanColumns, ForecastColumns, ReadingColumns } from '../history.ts' */

/**
 * What the chart draws, over one shared column of times. `undefined`: this line has nothing to do with that time;
 * `null`: here the line is interrupted.
 *
 * @typedef {(number | null | undefined)[]} Line
 * @typedef {{ time: number[], hi: Line, lo: Line, yhat: Line, fanHi: Line, fanLo: Line, fan: Line, actual: Line }} ChartColumns
 */

/** A distance of more than this many usual steps is drawn as a gap. */
const GAP = 2.5;

/**
 * Readings, what was forecast of them and what is forecast next over one column of times. Where readings are missing the lines are interrupted.
 *
 * @param {ReadingColumns} readings
 * @param {ForecastColumns} past
 * @param {FanColumns} fan - Never interrupted.
 * @param {number} after - Distance in milliseconds from which on two points are not joined; Infinity: never.
 * @returns {ChartColumns}
 */
export function chartColumns(readings, past, fan, after) {
  const time = merged([
    ...readings.time,
    ...gaps(readings.time, after),
    ...past.time,
    ...gaps(past.time, after),
    ...fan.time,
  ]);
  const on = (/** @type {number[]} */ times, /** @type {number[]} */ values, reach = after) => {
    const known = new Map(times.map((t, i) => [t, finite(values[i])]));
    for (const t of gaps(times, reach)) known.set(t, null);
    return time.map((t) => known.get(t));
  };
  return {
    time,
    hi: on(past.time, past.hi),
    lo: on(past.time, past.lo),
    yhat: on(past.time, past.yhat),
    fanHi: on(fan.time, fan.hi, Infinity),
    fanLo: on(fan.time, fan.lo, Infinity),
    fan: on(fan.time, fan.yhat, Infinity),
    actual: on(readings.time, readings.value),
  };
}

/**
 * A value that can be drawn.
 *
 * @param {number | null | undefined} value
 */
function finite(value) {
  return value !== undefined && value !== null && Number.isFinite(value) ? value : null;
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
 * All times, ascending, each once.
 *
 * @param {number[]} times
 */
function merged(times) {
  return [...new Set(times)].toSorted((x, y) => x - y);
}
