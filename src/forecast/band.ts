/**
 * Bands by two-sided quantile tracking on scaled errors. For a level 1 − α: z = e/σ; u += η(1[z > u] − α/2),
 * l += η(1[−z > l] − α/2); the band is [ŷ − lσ, ŷ + uσ]. σ is the mean of |e| over about 100 matured errors, at least 0.3 times
 * that over 3,000. After Angelopoulos, Candès, Tibshirani, "Conformal PID control" (arXiv 2307.16895), quantile tracking.
 */

/** Numbers of one tracker in Memory: matured errors, σ over 100, σ over 3,000, u, l. */
export const BAND = 5;
const SHORT = 100;
const LONG = 3000;
const FLOOR = 0.3;
/** Matured errors before there is a band. */
const ENOUGH = 8;

/** u and l at the start, in σ = E|e| of a normal error. */
const START = { 0.9: 2.06, 0.99: 3.23 } as const;
export type Level = keyof typeof START;

function sigmaAt(state: Float64Array, at: number): number {
  return Math.max(state[at + 1]!, FLOOR * state[at + 2]!);
}

/** How far above the forecast the band reaches; NaN before there is one. */
export function reachAbove(state: Float64Array, at: number): number {
  return state[at]! < ENOUGH ? NaN : Math.max(0, state[at + 3]!) * sigmaAt(state, at);
}

/** How far below the forecast the band reaches; NaN before there is one. */
export function reachBelow(state: Float64Array, at: number): number {
  return state[at]! < ENOUGH ? NaN : Math.max(0, state[at + 4]!) * sigmaAt(state, at);
}

/** Takes in a matured error e = y − ŷ. */
export function trackBand(state: Float64Array, at: number, error: number, level: Level, rate: number): void {
  const size = Math.abs(error);
  const count = state[at]!;
  if (count === 0) {
    state[at + 3] = START[level];
    state[at + 4] = START[level];
  } else {
    const sigma = sigmaAt(state, at);
    const z = sigma > 0 ? error / sigma : Math.sign(error) * 1e3;
    const tail = (1 - level) / 2;
    state[at + 3] = Math.max(0, state[at + 3]! + rate * ((z > state[at + 3]! ? 1 : 0) - tail));
    state[at + 4] = Math.max(0, state[at + 4]! + rate * ((-z > state[at + 4]! ? 1 : 0) - tail));
  }
  state[at] = count + 1;
  state[at + 1] = state[at + 1]! + (size - state[at + 1]!) * Math.max(1 / (count + 1), 1 / SHORT);
  state[at + 2] = state[at + 2]! + (size - state[at + 2]!) * Math.max(1 / (count + 1), 1 / LONG);
}
