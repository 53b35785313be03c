import { log32 } from '../maths/float32.ts';

/**
 * Bands by two-sided quantile tracking on scaled errors. For a level 1 − α: z = e/σ; u += η(1[z > u] − α/2),
 * l += η(1[−z > l] − α/2); the band is [ŷ − lσ, ŷ + uσ]. σ is the mean of |e| over about 100 matured errors, at least 0.3 times
 * that over 3,000. After Angelopoulos, Candès, Tibshirani, "Conformal PID control" (arXiv 2307.16895), quantile tracking.
 */

/** Float64 of one tracker: matured errors, σ over 100, σ over 3,000. Its float32 are u and l of each level. */
export const BAND = 3;
const SHORT = 100;
const LONG = 3000;
const FLOOR = 0.3;
/** Matured errors before there is a band. */
const ENOUGH = 8;
/** Errors are cut here, so that their means are numbers. */
const HUGE = 1e300;
/** E|e| of a normal error whose standard deviation is 1. */
const MEAN_SIZE = 0.7978845608;

/** σ: what u and l are multiplied by; NaN before there is a band. */
export function bandScale(sizes: Float64Array, at: number): number {
  return sizes[at]! < ENOUGH ? NaN : sigmaAt(sizes, at);
}

function sigmaAt(sizes: Float64Array, at: number): number {
  return Math.max(sizes[at + 1]!, FLOOR * sizes[at + 2]!);
}

/** What a tracker tracks. */
export interface BandPlan {
  /** Coverages, ascending. */
  readonly levels: readonly number[];
  /** Place among them of the main one. */
  readonly main: number;
  /** u and l at the beginning, for each level. */
  readonly start: readonly number[];
  /** η */
  readonly rate: number;
}

/**
 * Takes in a matured error e = y − ŷ. This is the reference of the kernel's `trackBands`: the same numbers in the same order.
 *
 * What counts is whether the band held that was issued with the forecast: then misses can differ from their share by no more than u has
 * moved. Only the main band's reach is kept; the others are taken to have stood to it as they do now.
 *
 * @param sizes `BAND` float64 from `at` on
 * @param reach u and l of each level, side by side, from `reachAt` on
 * @param above how far the main band reached when the forecast was issued; NaN: there was none
 */
export function trackBand(
  sizes: Float64Array,
  at: number,
  reach: Float32Array,
  reachAt: number,
  error: number,
  above: number,
  below: number,
  plan: BandPlan,
): void {
  trackReach(sizes, at, reach, reachAt, error, above, below, plan);
  const size = Math.min(HUGE, Math.abs(error));
  const count = sizes[at]!;
  sizes[at] = count + 1;
  sizes[at + 1] = sizes[at + 1]! + (size - sizes[at + 1]!) * Math.max(1 / (count + 1), 1 / SHORT);
  sizes[at + 2] = sizes[at + 2]! + (size - sizes[at + 2]!) * Math.max(1 / (count + 1), 1 / LONG);
}

/** The part of `trackBand` that moves u and l: the sizes are left as they are. */
export function trackReach(
  sizes: Float64Array,
  at: number,
  reach: Float32Array,
  reachAt: number,
  error: number,
  above: number,
  below: number,
  { levels, main, start, rate }: BandPlan,
): void {
  if (sizes[at] === 0) {
    start.forEach((u, b) => reach.fill(u, reachAt + 2 * b, reachAt + 2 * b + 2));
    return;
  }
  const sigma = sigmaAt(sizes, at);
  const mainAt = reachAt + 2 * main;
  const scaleAbove = scaleThen(above, reach[mainAt]!, sigma);
  const scaleBelow = scaleThen(below, reach[mainAt + 1]!, sigma);
  for (let b = 0; b < levels.length; b++) {
    const tail = tailOf(levels[b]!);
    const u = reachAt + 2 * b;
    const upper = b === main && above >= 0 ? above : reach[u]! * scaleAbove;
    const lower = b === main && below >= 0 ? below : reach[u + 1]! * scaleBelow;
    reach[u] = Math.max(0, reach[u]! + rate * ((error > upper ? 1 : 0) - tail));
    reach[u + 1] = Math.max(0, reach[u + 1]! + rate * ((-error > lower ? 1 : 0) - tail));
  }
}

/** Share of the errors that is to lie beyond each side of a level's band. */
export function tailOf(level: number): number {
  return (1 - level) / 2;
}

/** Where u and l of a level begin: the quantile of a normal error, in units of its mean size. */
export function startOf(level: number): number {
  return normalQuantile((1 + level) / 2) / MEAN_SIZE;
}

/** The quantile of the normal distribution for p in [0.5, 1); error below 4.5e-4. Abramowitz and Stegun, 26.2.23. */
function normalQuantile(p: number): number {
  const t = Math.sqrt(-2 * log32(1 - p));
  return (
    t -
    (2.515517 + 0.802853 * t + 0.010328 * t * t) /
      (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t * t * t)
  );
}

/** What u was multiplied by when the main band reached so far, if u was what it is now; σ where that says nothing. */
function scaleThen(reached: number, u: number, sigma: number): number {
  return reached > 0 && u > 0 ? reached / u : sigma;
}
