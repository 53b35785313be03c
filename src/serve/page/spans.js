// @ts-check
import { span } from './format.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Lengths of time that people think in. */
const NICE = [
  [10_000, 30_000, MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR],
  [DAY, 2 * DAY, WEEK, 2 * WEEK, 4 * WEEK, 13 * WEEK, 26 * WEEK, 52 * WEEK, 260 * WEEK],
].flat();

/** About how many readings each choice shows. */
const READINGS = [48, 168, 672];

/**
 * A choice of how much the chart shows; `ms` is null for everything.
 *
 * @typedef {{ label: string, ms: number | null }} Span
 */

/** Everything. @type {Span} */
export const ALL = { label: 'All', ms: null };

/**
 * The choices for readings that are `step` milliseconds apart, ascending, the last being everything.
 *
 * @param {number} step
 * @returns {Span[]}
 */
export function spansFor(step) {
  const lengths = new Set(READINGS.map((readings) => nearest(readings * step)));
  return [...Array.from(lengths, (ms) => ({ label: span(ms), ms })), ALL];
}

/**
 * The nice length nearest to `ms`, by ratio.
 *
 * @param {number} ms
 */
function nearest(ms) {
  return NICE.reduce((best, one) =>
    Math.abs(Math.log(one / ms)) < Math.abs(Math.log(best / ms)) ? one : best,
  );
}
