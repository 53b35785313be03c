import { ln } from '../maths/logarithm.ts';

/**
 * How rare a size is, judged by the sizes before it; the common scale of all evidence:
 *
 *     score = log10(1 / p) / 12,   1/6: one reading in 100 is as large, 1/3: one in 10,000, 0.5: one in a million, 1: one in 10¹² or fewer
 *
 * Up to u, the size that one in 100 exceeds, the score is a share of 1/6. Beyond it sizes are taken for a power law, P(x > u r) = 0.01 r^(−1/ξ), ξ
 * being the mean of ln r over about the last 200 that were beyond (B. M. Hill, "A simple general approach to inference about the tail of a
 * distribution", Annals of Statistics 3, 1975), begun as 20 of ξ = 0.33 (Student's t with 3 degrees of freedom). Lighter tails than a power law's are
 * so taken for heavier than they are: rather too quiet than too loud.
 */

/** Share of sizes beyond u. */
const BEYOND = 0.01;
/** ξ before anything is known, and the number of sizes that it counts for. */
const PRIOR = 0.33;
const PRIOR_COUNT = 20;
/** ξ of lengths of time that go on, gaps and runs: most are alike, and lighter in the tail than errors are. */
export const PRIOR_OF_TIMES = 0.2;
const WINDOW = 200;
/** A single size counts for ξ as no more than so many ξ: one anomaly must not make the next one usual. */
const MOST = 4;
/** log10(1 / p) that is a score of 1. */
export const FULL = 12;
/** Score of u itself. */
const USUAL = 2 / FULL;

/** Numbers of one tail in Memory, float64: how many were beyond u, and ξ. */
export const TAIL = 2;

/**
 * Takes in a size that is `ratio` times u, and says how rare it was by those before it.
 *
 * @param state `TAIL` float64 from `at` on
 * @param ratio 0 or more
 * @param prior ξ before anything is known
 * @returns score in [0, 1]
 */
export function trackRarity(state: Float64Array, at: number, ratio: number, prior = PRIOR): number {
  const score = rarityOf(state, at, ratio, prior);
  if (ratio > 1) {
    const count = state[at]!;
    const shape = shapeOf(state, at, prior);
    const weight = 1 / (Math.min(count, WINDOW) + PRIOR_COUNT + 1);
    state[at] = count + 1;
    state[at + 1] = shape + weight * (Math.min(beyond(ratio), MOST * shape) - shape);
  }
  return score;
}

/** How rare a size is, which is not taken in. @see trackRarity */
function rarityOf(state: Float64Array, at: number, ratio: number, prior = PRIOR): number {
  if (!(ratio > 0)) return 0;
  if (ratio <= 1) return ratio * USUAL;
  return Math.min(1, USUAL + beyond(ratio) / shapeOf(state, at, prior) / Math.LN10 / FULL);
}

function shapeOf(state: Float64Array, at: number, prior: number): number {
  return state[at] === 0 ? prior : state[at + 1]!;
}

function beyond(ratio: number): number {
  return ln(Math.min(ratio, Number.MAX_VALUE));
}

/** The size that 1 in 100 exceed, as far as that is known; 0: not at all. */
function quantileOf(state: Float64Array, at: number): number {
  return Math.max(state[at + 2]!, state[at + 1]!);
}

/** Numbers of one quantile in Memory, float64: sizes, their mean, u. */
export const QUANTILE = 3;
/** Lengths of time before it is known what is usual. */
const ENOUGH = 20;
/** Sizes that count for the mean. */
const LONG = 1000;
/** Step of u, in means. */
const STEP = 0.05;
/** u as a multiple of the mean, to begin with: between that of normal (3.2) and Student's (4.6) sizes. */
const START = 4;

/**
 * Takes in a size, and gives it in multiples of the one that 1 in 100 of those before it exceed, which follows slowly: u ← u + 0.05 m (1[x > u] − 0.01),
 * m being the mean size of the last 1,000 or so, each counted as no more than u.
 *
 * @param state `QUANTILE` float64 from `at` on
 * @param size 0 or more
 * @returns 0 for the first, and where all before it were 0
 */
export function trackQuantile(state: Float64Array, at: number, size: number): number {
  const count = state[at]!;
  const mean = state[at + 1]!;
  const u = quantileOf(state, at);
  const ratio = u > 0 ? size / u : 0;
  const next = Math.min(count + 1, LONG);
  const counted = count < PRIOR_COUNT ? size : Math.min(size, u);
  state[at] = next;
  state[at + 1] = mean + (counted - mean) / next;
  state[at + 2] =
    count < PRIOR_COUNT ? START * state[at + 1]! : u + STEP * mean * ((size > u ? 1 : 0) - BEYOND);
  return ratio;
}

/** Numbers of sizes whose quantile is not known otherwise, in Memory, float64: their quantile and their tail. */
export const SIZES = QUANTILE + TAIL;

/**
 * Takes in a size, and says how rare it was by those before it.
 *
 * @param state `SIZES` float64 from `at` on
 * @param prior ξ before anything is known
 * @returns score in [0, 1]
 */
export function trackSize(state: Float64Array, at: number, size: number, prior = PRIOR): number {
  return trackRarity(state, at + QUANTILE, trackQuantile(state, at, size), prior);
}

/**
 * How rare a size is, which is not taken in: a length of time that goes on.
 *
 * @param state `SIZES` float64 from `at` on
 * @param least that u counts for
 * @returns score in [0, 1]; 0 before 20 sizes have come
 */
export function rarityOfTime(state: Float64Array, at: number, size: number, least = 0): number {
  if (state[at]! < ENOUGH) return 0;
  return rarityOf(state, at + QUANTILE, size / Math.max(quantileOf(state, at), least), PRIOR_OF_TIMES);
}
