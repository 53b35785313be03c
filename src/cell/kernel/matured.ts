// What has come true of the forecasts to all horizons: the operations of src/forecast/matured.ts and of `count` in src/forecast/score.ts.
import { loadHalf } from './bfloat16';
import { bytes, wide } from './lanes';

const FAR: f64 = 1e6;
const HUGE: f64 = 1e300;
/** Targets that count for the live figures, at least, and for each step ahead; no band counts as wider. */
const WINDOW: f64 = 1000;
const WINDOW_A_STEP: f64 = 50;
const WIDEST: f64 = 1e38;
/** Where a coverage may stand. */
const WITHIN = 0;
const TOO_LOW = 1;
const TOO_HIGH = 2;

/**
 * `matured` of the reference, for every horizon.
 *
 * @param horizons [Q] i32
 * @param ring steps that are kept
 * @param index number of the step now, and `now` its place in the ring
 * @param stamps [ring] float64
 * @param values [ring][channels] float64, the channel's first
 * @param moves [ring][channels][Q] float32, the channel's first
 * @param places [Q] i32, written
 * @param errors [Q] float64, written; `changes` and `moved` likewise
 */
export function matured(
  horizons: usize, Q: i32, ring: i32, channels: i32, index: f64, now: i32, stamps: usize, values: usize, moves: usize,
  y: f64, unit: f64, age: f64, places: usize, errors: usize, changes: usize, moved: usize,
): void {
  const width = channels * Q;
  for (let q = 0; q < Q; q++) {
    const h = load<i32>(horizons + bytes(q));
    const place = now >= h ? now - h : now - h + ring;
    store<i32>(places + bytes(q), place);
    let change: f64 = NaN;
    let error: f64 = NaN;
    let move: f64 = NaN;
    const issued = index - <f64>h;
    if (issued > 0 && f64.load(stamps + wide(place)) == issued) {
      change = y - f64.load(values + wide(place * channels));
      error = change - unit * <f64>f32.load(moves + bytes(place * width + q));
      if (age > <f64>h) move = max(-FAR, min(FAR, change / unit));
    }
    f64.store(changes + wide(q), change);
    f64.store(errors + wide(q), error);
    f64.store(moved + wide(q), move);
  }
}

/**
 * `count` of the reference, for every horizon whose target has come.
 *
 * @param day steps of a day; 0: the value of a day before is not known
 * @param sinceDay y less the value of a day before
 * @param errors [Q] float64; NaN where no target has come
 * @param changes [Q] float64
 * @param places [Q] i32
 * @param reaches [ring][…][Q][2] bfloat16; `stride` bytes from step to step
 * @param counts [Q][2] i32
 * @param lives [Q][2] float32
 * @param sums [Q][4] float64
 */
export function countScores(
  horizons: usize, Q: i32, day: i32, sinceDay: f64, errors: usize, changes: usize, places: usize,
  reaches: usize, stride: i32, unit: f64, counts: usize, lives: usize, sums: usize,
): void {
  const seasonal = min(HUGE, abs(sinceDay));
  for (let q = 0; q < Q; q++, counts += 8, lives += 8, sums += 32) {
    const error = f64.load(errors + wide(q));
    if (error != error) continue;
    const size = min(HUGE, abs(error));
    f64.store(sums, f64.load(sums) + size);
    f64.store(sums, f64.load(sums, 8) + min(HUGE, abs(f64.load(changes + wide(q)))), 8);
    const h = load<i32>(horizons + bytes(q));
    if (day > h) {
      f64.store(sums, f64.load(sums, 16) + size, 16);
      f64.store(sums, f64.load(sums, 24) + seasonal, 24);
    }
    const reached = reaches + load<i32>(places + bytes(q)) * stride + bytes(q);
    const above = loadHalf(reached);
    if (above != above) continue;
    const upper = unit * above;
    const lower = unit * loadHalf(reached + 2);
    const isHeld = error <= upper && -error <= lower;
    increase(counts);
    if (isHeld) increase(counts + 4);
    const weight = 1 / min(<f64>load<i32>(counts), windowOf(h));
    nearer(lives, isHeld ? 1 : 0, weight);
    nearer(lives + 4, min(upper + lower, WIDEST), weight);
  }
}

/** `standing` of the reference, in src/forecast/coverage.ts. */
// @ts-ignore: decorator
@inline
export function standing(before: i32, live: usize, targets: i32, horizon: i32, level: f64, tolerance: f64): i32 {
  if (<f64>targets < windowOf(horizon)) return WITHIN;
  const off = <f64>f32.load(live) - level;
  if (off < -tolerance) return TOO_LOW;
  if (off > tolerance) return f32.load(live, 4) > 0 ? TOO_HIGH : WITHIN;
  return abs(off) <= tolerance / 2 ? WITHIN : before;
}

// @ts-ignore: decorator
@inline
function windowOf(horizon: i32): f64 {
  return max(WINDOW, WINDOW_A_STEP * <f64>horizon);
}

/** Moves a mean towards x. */
// @ts-ignore: decorator
@inline
function nearer(mean: usize, x: f64, weight: f64): void {
  const before = <f64>f32.load(mean);
  f32.store(mean, <f32>(before + (x - before) * weight));
}

// @ts-ignore: decorator
@inline
function increase(count: usize): void {
  store<i32>(count, load<i32>(count) + 1);
}
