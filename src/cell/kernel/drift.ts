// Whether the size of errors has changed: the operations of src/learn/drift.ts.
const ENOUGH: f64 = 200;
const LONG: f64 = 2000;
const CAP: f64 = 6;
const DELTA: f64 = 0.35;
const LEAST: f64 = 20;
const FACTOR: f64 = 15.5;
const MOST_STRAY: f64 = 2;
const MOST_CORRELATED: f64 = 0.95;
/** Bytes of a detector. */
export const DRIFT = 56;

/** `trackDrift` of the reference. */
export function trackDrift(state: usize, error: f64): i32 {
  if (error != error) return 0;
  const size = min(abs(error), f64.MAX_VALUE);
  const count = f64.load(state) + 1;
  const scale = f64.load(state, 8);
  const x = scale > 0 ? min(size / scale, CAP) : size > 0 ? CAP : 1;
  if (count > ENOUGH) {
    const up = max(0, f64.load(state, 16) + x - 1 - DELTA);
    const down = max(0, f64.load(state, 24) + 1 - DELTA - x);
    const limit = limitAt(state);
    if (up > limit || down > limit) {
      memory.fill(state, 0, DRIFT);
      return up > limit ? 1 : -1;
    }
    f64.store(state, up, 16);
    f64.store(state, down, 24);
  }
  const weight = max(1 / count, 1 / LONG);
  f64.store(state, count);
  f64.store(state, scale + ((scale > 0 ? min(size, CAP * scale) : size) - scale) * weight, 8);
  const stray: f64 = count > 1 ? min(x - 1, MOST_STRAY) : 0;
  f64.store(state, f64.load(state, 40) + (stray * stray - f64.load(state, 40)) * weight, 40);
  f64.store(state, f64.load(state, 48) + (stray * f64.load(state, 32) - f64.load(state, 48)) * weight, 48);
  f64.store(state, stray, 32);
  return 0;
}

// @ts-ignore: decorator
@inline
function limitAt(state: usize): f64 {
  const variance = f64.load(state, 40);
  const correlation: f64 = variance > 0 ? max(0, min(MOST_CORRELATED, f64.load(state, 48) / variance)) : 0;
  return max(LEAST, (FACTOR * variance * (1 + correlation)) / (1 - correlation));
}
