// Bands: the operations of src/forecast/band.ts and src/forecast/told.ts, for all horizons in one call. The two lanes are above and below.
import { halvesOf } from './bfloat16';
import { bytes, low, wide } from './lanes';

const SHORT: f64 = 100;
const LONG: f64 = 3000;
const FLOOR: f64 = 0.3;
const ENOUGH: f64 = 8;
const HUGE: f64 = 1e300;
const LARGEST: f64 = 1.7e308;
const WIDEST: f64 = 1e38;
/** The one NaN that columns hold: what x64 processors make, and earlier versions wrote. */
const NO_BAND: i64 = 0xfff8000000000000;
/** Bytes of a tracker's counts and sizes. */
const SIZES: usize = 24;

// @ts-ignore: decorator
@inline
function sigmaAt(sizes: usize): f64 {
  return max(f64.load(sizes, 8), FLOOR * f64.load(sizes, 16));
}

/** The mean of sizes, moved by a further one. */
// @ts-ignore: decorator
@inline
function moveMean(at: usize, size: f64, weight: f64): void {
  const mean = f64.load(at);
  f64.store(at, mean + (size - mean) * weight);
}

/**
 * `trackBand` of the reference, for every horizon whose target has come.
 *
 * @param sizes [Q][3] float64
 * @param reach [Q][B][2] float32: u and l
 * @param levels [B][2] float64: tail and start of each level
 * @param errors [Q] float64; NaN where no target has come
 * @param places [Q] i32: place in the ring of the step that forecast the target
 * @param reaches [ring][…][Q][2] bfloat16: how far the main band reached, in units; `stride` bytes from step to step
 */
export function trackBands(
  sizes: usize, reach: usize, Q: i32, B: i32, main: i32, rate: f64, levels: usize, errors: usize, places: usize,
  reaches: usize, stride: i32, unit: f64,
): void {
  for (let q = 0; q < Q; q++, sizes += SIZES, reach += bytes(2 * B)) {
    const error = f64.load(errors + wide(q));
    if (error != error) continue;
    trackReach(sizes, reach, B, main, rate, levels, error, reaches + load<i32>(places + bytes(q)) * stride + bytes(q), unit);
    const count = f64.load(sizes);
    const size = min(HUGE, abs(error));
    const weight = 1 / (count + 1);
    f64.store(sizes, count + 1);
    moveMean(sizes + 8, size, max(weight, 1 / SHORT));
    moveMean(sizes + 16, size, max(weight, 1 / LONG));
  }
}

/**
 * `trackReach` of the reference.
 *
 * @param sizes [3] float64
 * @param reach [B][2] float32: u and l
 * @param reached [2] bfloat16: how far the main band reached, in units
 */
// @ts-ignore: decorator
@inline
export function trackReach(
  sizes: usize, reach: usize, B: i32, main: i32, rate: f64, levels: usize, error: f64, reached: usize, unit: f64,
): void {
  if (f64.load(sizes) == 0) {
    for (let b = 0; b < B; b++) {
      const start = <f32>f64.load(levels + wide(2 * b + 1));
      f32.store(reach + bytes(2 * b), start);
      f32.store(reach + bytes(2 * b), start, 4);
    }
    return;
  }
  const zero = f64x2.splat(0);
  const one = f64x2.splat(1);
  const rates = f64x2.splat(rate);
  const below = i64x2.replace_lane(i64x2.splat(0), 1, i64.MIN_VALUE);
  const halves = i32x4.replace_lane(i32x4.splat(load<u16>(reached)), 1, load<u16>(reached, 2));
  const issued = f64x2.mul(f64x2.splat(unit), low(i32x4.shl(halves, 16)));
  const u_l = low(v128.load64_zero(reach + bytes(2 * main)));
  const known = v128.and(f64x2.gt(issued, zero), f64x2.gt(u_l, zero));
  const scale = v128.bitselect(f64x2.div(issued, u_l), f64x2.splat(sigmaAt(sizes)), known);
  const held = f64x2.ge(issued, zero);
  const errors2 = v128.xor(f64x2.splat(error), below);
  for (let b = 0; b < B; b++) {
    const at = reach + bytes(2 * b);
    const before = low(v128.load64_zero(at));
    let edge = f64x2.mul(before, scale);
    if (b == main) edge = v128.bitselect(issued, edge, held);
    const missed = v128.and(f64x2.gt(errors2, edge), one);
    const tail = v128.load64_splat(levels + wide(2 * b));
    const moved = f64x2.add(before, f64x2.mul(rates, f64x2.sub(missed, tail)));
    v128.store64_lane(at, f32x4.demote_f64x2_zero(f64x2.pmax(zero, moved)), 0);
  }
}

/** How far the only band of a tracker reaches above and below the forecast, in units: two bfloat16, as integers in the first lanes. */
// @ts-ignore: decorator
@inline
export function reachOfOne(sizes: usize, reach: usize, unit: f64): v128 {
  const scale = f64.load(sizes) < ENOUGH ? NaN : sigmaAt(sizes);
  const far = f64x2.mul(f64x2.pmax(f64x2.splat(0), low(v128.load64_zero(reach))), f64x2.splat(scale));
  return inUnits(far, unit);
}

/** `inUnits` of the reference, in two lanes. */
// @ts-ignore: decorator
@inline
function inUnits(far: v128, unit: f64): v128 {
  let reach: v128;
  if (unit > 0) reach = f64x2.pmax(f64x2.pmin(f64x2.div(far, f64x2.splat(unit)), f64x2.splat(WIDEST)), f64x2.splat(-WIDEST));
  else reach = v128.bitselect(f64x2.splat(0), f64x2.splat(NaN), f64x2.lt(f64x2.abs(far), f64x2.splat(Infinity)));
  return halvesOf(f32x4.demote_f64x2_zero(reach));
}

/**
 * `tell` of the reference, for every horizon.
 *
 * @param sizes [Q][3] float64
 * @param reach [Q][B][2] float32: u and l
 * @param moves [Q] float32: movements in units
 * @param reaches [Q][2] bfloat16, written
 * @param yhat [Q] float64, written; `lo` and `hi`, of the main band, likewise
 * @param los [Q][B] float64, written; `his` likewise; 0: the main band alone is told
 */
export function tellBands(
  sizes: usize, reach: usize, Q: i32, B: i32, main: i32, y: f64, unit: f64, moves: usize, reaches: usize,
  yhat: usize, lo: usize, hi: usize, los: usize, his: usize,
): void {
  const units = f64x2.splat(unit);
  const largest = f64x2.splat(LARGEST);
  const smallest = f64x2.splat(-LARGEST);
  const below = i64x2.replace_lane(i64x2.splat(0), 1, i64.MIN_VALUE);
  // the main band is at least as wide as those inside it, and asks nothing of those around it
  const asked = los ? B : main + 1;
  for (let q = 0; q < Q; q++, sizes += SIZES) {
    const forecast = max(-LARGEST, min(LARGEST, y + unit * <f64>f32.load(moves + bytes(q))));
    f64.store(yhat + wide(q), forecast);
    const middle = f64x2.splat(forecast);
    const scale = f64x2.splat(f64.load(sizes) < ENOUGH ? NaN : sigmaAt(sizes));
    let u_l = f64x2.splat(0);
    for (let b = 0; b < asked; b++) {
      u_l = f64x2.pmax(u_l, low(v128.load64_zero(reach + bytes(2 * b))));
      if (!los && b != main) continue;
      const halves = inUnits(f64x2.mul(u_l, scale), unit);
      const kept = f64x2.mul(units, low(i32x4.shl(halves, 16)));
      const edges = f64x2.add(middle, v128.xor(kept, below));
      const within = f64x2.pmax(f64x2.pmin(edges, largest), smallest);
      const told = v128.bitselect(within, i64x2.splat(NO_BAND), f64x2.eq(within, within));
      if (b == main) {
        v128.store32_lane(reaches + bytes(q), i16x8.narrow_i32x4_u(halves, halves), 0);
        v128.store64_lane(hi + wide(q), told, 0);
        v128.store64_lane(lo + wide(q), told, 1);
      }
      if (!los) continue;
      v128.store64_lane(his + wide(q * B + b), told, 0);
      v128.store64_lane(los + wide(q * B + b), told, 1);
    }
    reach += bytes(2 * B);
  }
}
