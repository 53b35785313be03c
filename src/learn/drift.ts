/**
 * Whether the size of a stream's errors has changed: Page–Hinkley's test (E. S. Page, "Continuous inspection schemes", Biometrika 41,
 * 1954; D. V. Hinkley 1971) on x = min(|e| / s, 6), s being the mean of |e|, each cut at 6 s, over the last 2,000 or so. Its mean is 1 while
 * nothing changes:
 *
 *     up   = max(0, up + x − 1 − δ)        alarm when up > λ:   the errors have grown
 *     down = max(0, down + 1 − δ − x)      alarm when down > λ: they have shrunk
 *     λ = max(20, 15.5 v (1 + ρ) / (1 − ρ))
 *
 * v is the variance of x and ρ its correlation with the x before: the sum of correlated numbers strays further by that factor, so that
 * one setting serves white errors and those of long horizons, which are strongly correlated. An alarm begins everything anew; there is
 * none during the first 200 readings.
 *
 * Measured over 4,000,000 readings without a change, and 400 streams whose errors double after 3,000 (median, 90 %):
 *
 *     errors                            readings between alarms that are false    readings until a doubling is found
 *     normal                            > 4,000,000                                30, 51
 *     Student t, 3 degrees of freedom   138,000                                    34, 61
 *     AR(0.5), normal                   400,000                                    30, 55
 *     AR(0.9), normal                   63,000                                    112, 254
 *     AR(0.9) of Student t              25,000                                    155, 337
 *
 * ADWIN (Bifet, Gavaldà 2007; δ = 0.002) on the same x gave a false alarm each 2,700 readings of AR(0.9), and found a doubling of normal
 * errors after 72, of Student's after 104; with δ = 1e-6 each 18,000, and after 168 and 232. It also needs a window of many numbers.
 *
 * A fivefold growth is found after 8, of AR(0.9) after 27. In the first 1,000 readings, doublings of correlated errors may pass for
 * what is usual. A cycle in the size of errors is change, too: one of 96 readings by ±30 % gives an alarm each 270,000, by ±50 % each 7,600.
 */

/** Numbers of one detector in Memory: readings, s, up, down, x − 1 of before, v, v × ρ. */
export const DRIFT = 7;
/** Readings before there can be an alarm. */
const ENOUGH = 200;
const LONG = 2000;
const CAP = 6;
const DELTA = 0.35;
const LEAST = 20;
const FACTOR = 15.5;
/** x − 1 counts for v and ρ as no more than this, or a change would hide itself by raising λ. */
const MOST_STRAY = 2;
/** ρ is taken for no more than this. */
const MOST_CORRELATED = 0.95;

/**
 * Takes in an error of any unit: 1 when errors have grown, -1 when they have shrunk, else 0. NaN is passed over.
 *
 * This is the reference of the kernel's `trackDrift`, which does the work: the same numbers in the same order.
 */
export function trackDrift(state: Float64Array, at: number, error: number): -1 | 0 | 1 {
  if (Number.isNaN(error)) return 0;
  const size = Math.min(Math.abs(error), Number.MAX_VALUE);
  const count = state[at]! + 1;
  const scale = state[at + 1]!;
  const x = scale > 0 ? Math.min(size / scale, CAP) : size > 0 ? CAP : 1; // errors of 0 only are like each other
  if (count > ENOUGH) {
    const up = Math.max(0, state[at + 2]! + x - 1 - DELTA);
    const down = Math.max(0, state[at + 3]! + 1 - DELTA - x);
    const limit = limitAt(state, at);
    if (up > limit || down > limit) {
      state.fill(0, at, at + DRIFT);
      return up > limit ? 1 : -1;
    }
    state[at + 2] = up;
    state[at + 3] = down;
  }
  const weight = Math.max(1 / count, 1 / LONG);
  state[at] = count;
  state[at + 1] = scale + ((scale > 0 ? Math.min(size, CAP * scale) : size) - scale) * weight;
  // the first reading is all there is to compare with
  const stray = count > 1 ? Math.min(x - 1, MOST_STRAY) : 0;
  state[at + 5] = state[at + 5]! + (stray * stray - state[at + 5]!) * weight;
  state[at + 6] = state[at + 6]! + (stray * state[at + 4]! - state[at + 6]!) * weight;
  state[at + 4] = stray;
  return 0;
}

/** s, the usual size of the errors, in the unit that they came in; 0 before the first. */
export function usualSize(state: Float64Array, at: number): number {
  return state[at + 1]!;
}

/** λ: how far the sums may stray. */
function limitAt(state: Float64Array, at: number): number {
  const variance = state[at + 5]!;
  const correlation = variance > 0 ? Math.max(0, Math.min(MOST_CORRELATED, state[at + 6]! / variance)) : 0;
  return Math.max(LEAST, (FACTOR * variance * (1 + correlation)) / (1 - correlation));
}
