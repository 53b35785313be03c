/**
 * Live coverage and width of the main band, and whether the coverage keeps the band's word: exponentially weighted means over about the
 * newest W = max(1000, 50 h) targets of a horizon h, exact means before there are so many:
 *
 *     c ← c + (1[lo ≤ y ≤ hi] − c) / min(n, W),    w ← w + (hi − lo − w) / min(n, W)
 *
 * From the W-th target on the coverage is told to have become too low when c < level − tolerance, too high when c > level + tolerance, and
 * to be back when it is within half the tolerance again. Errors of targets that are h steps ahead are correlated over h steps: that is why
 * W grows with h.
 *
 * Measured with the bands as they are (level 0.9, `bandRate` 0.03): how far c strays (standard deviation), and how often it is told to be
 * wrong, in 1,000,000 readings of errors that do not change, by tolerance:
 *
 *     errors                                   c strays by      told in 100,000 readings, 0.03     0.05
 *     normal or Student t (3), h = 1, 12, 48   0.002 to 0.003                              0        0
 *     AR(0.9) of normal, of Student, the same  0.004 to 0.007                       at most 0.6     0
 *     AR(0.99), the same                       0.011 to 0.016                        5 to 58        at most 3.9
 *     of the last value of a random walk, of
 *     normal steps, h = 6, 12, 24, 48, 96      0.005 to 0.009          0, 0, 3, 0.7, 0.2            0
 *     of Student's, the same                   0.005 to 0.010          0, 0.6, 5.8, 1.1, 0.4        at most 0.1
 *
 * Bands learn from each target, so that a change shows only for as long as they need to follow. Where errors grow tenfold at once, the
 * coverage is told to be too low in 82 % of 200 streams of normal errors, 29 % of Student's, 87 % of AR(0.9) and 97 % of a random walk's
 * at h = 12, after a median of 77, 87, 65 and 49 readings, with a tolerance of 0.03; with 0.05 in 0, 0, 4 and 22 %.
 */

/** Float32 of one horizon: coverage, mean width. */
export const LIVE = 2;
/** Targets that count, at least, and for each step ahead. */
const WINDOW = 1000;
const WINDOW_A_STEP = 50;
/** No band counts as wider. */
const WIDEST = 1e38;

/** Where the coverage may stand. */
export const WITHIN = 0;
export const TOO_LOW = 1;
export const TOO_HIGH = 2;
/** What a target may change of that. */
export const LOWERED = -1;
export const RAISED = 1;
export const RETURNED = 2;

/**
 * Takes in a target that had a band. The kernel's `countScores` does the same: the same numbers in the same order.
 *
 * @param live `LIVE` float32 from `at` on
 * @param targets how many there were, this one included
 * @param horizon h
 * @param width of the band, in the series' units
 */
export function trackCoverage(
  live: Float32Array,
  at: number,
  targets: number,
  horizon: number,
  isHeld: boolean,
  width: number,
): void {
  const weight = 1 / Math.min(targets, windowOf(horizon));
  live[at] = live[at]! + ((isHeld ? 1 : 0) - live[at]!) * weight;
  live[at + 1] = live[at + 1]! + (Math.min(width, WIDEST) - live[at + 1]!) * weight;
}

/**
 * Where a coverage stands that stood at `before`: `WITHIN`, `TOO_LOW` or `TOO_HIGH`. A band without width that holds what comes, as that of a
 * series that never moves, does not hold too much.
 *
 * @param live `LIVE` float32 from `at` on
 */
export function standing(
  before: number,
  live: Float32Array,
  at: number,
  targets: number,
  horizon: number,
  level: number,
  tolerance: number,
): number {
  if (targets < windowOf(horizon)) return WITHIN;
  const off = live[at]! - level;
  if (off < -tolerance) return TOO_LOW;
  if (off > tolerance) return live[at + 1]! > 0 ? TOO_HIGH : WITHIN;
  return Math.abs(off) <= tolerance / 2 ? WITHIN : before;
}

/** W */
function windowOf(horizon: number): number {
  return Math.max(WINDOW, WINDOW_A_STEP * horizon);
}

/** What it is that has changed when a coverage stands elsewhere now: `LOWERED`, `RAISED` or `RETURNED`. */
export function turnTo(now: number): number {
  if (now === WITHIN) return RETURNED;
  return now === TOO_LOW ? LOWERED : RAISED;
}
