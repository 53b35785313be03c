// The mixture of experts: the operations and constants of src/forecast/mixture.ts, for all horizons in one call. A lane is a horizon.
import { loadHalf } from './bfloat16';
import { bytes, high, loadLanes, low, narrowed, storeLanes } from './lanes';
import { exp4 } from './maths';

const RATE: f64 = 0.15;
const DISCOUNT: f64 = 0.997;
const PRIOR: f64 = 20;
const PRIOR_FADES: f64 = 0.02;
const HUBER: f64 = 2;
const LOSS_CUT: f64 = 200;
const LOSS_RATE: f64 = 0.01;
const SIZE_RATE: f64 = 0.005;
const SQUARE_CUT: f64 = 16;
const MOVE_CUT: f64 = 100;
const FIRST_CUT: f64 = 10;
const SMALLEST: f64 = 1e-9;
/** Rows of a mixture's state before the losses. */
const MIXTURE: i32 = 4;

/**
 * The mixed movement of every horizon.
 *
 * @param state [MIXTURE + E][Q] float32
 * @param moves [E − 1][Q] float64; up to 24 bytes beyond are read
 * @param out [Q] float32, written
 */
export function mixed(state: usize, Q: i32, E: i32, moves: usize, out: usize): void {
  const row = bytes(Q);
  const losses = state + <usize>MIXTURE * row;
  const rate = f64x2.splat(RATE);
  for (let q = 0; q < Q; q += 4) {
    const lanes = Q - q;
    const at = bytes(q);
    let best = f32x4.splat(Infinity);
    for (let e = 0; e < E; e++) best = f32x4.pmin(best, loadLanes(losses + <usize>e * row + at, lanes));
    const count = loadLanes(state + at, lanes);
    const mean = loadLanes(state + 2 * row + at, lanes);
    const best1 = low(best);
    const best2 = high(best);
    const norm1 = normOf(low(mean));
    const norm2 = normOf(high(mean));
    const prior1 = priorOf(low(count));
    const prior2 = priorOf(high(count));
    let total1 = f64x2.splat(0);
    let total2 = f64x2.splat(0);
    let sum1 = f64x2.splat(0);
    let sum2 = f64x2.splat(0);
    for (let e = 0; e < E; e++) {
      const loss = loadLanes(losses + <usize>e * row + at, lanes);
      let behind1 = f64x2.div(f64x2.mul(rate, f64x2.sub(low(loss), best1)), norm1);
      let behind2 = f64x2.div(f64x2.mul(rate, f64x2.sub(high(loss), best2)), norm2);
      if (e > 0) {
        behind1 = f64x2.add(behind1, prior1);
        behind2 = f64x2.add(behind2, prior2);
      }
      const weight = exp4(narrowed(f64x2.neg(behind1), f64x2.neg(behind2)));
      const weight1 = low(weight);
      const weight2 = high(weight);
      total1 = f64x2.add(total1, weight1);
      total2 = f64x2.add(total2, weight2);
      if (e > 0) {
        const move = moves + ((<usize>((e - 1) * Q + q)) << 3);
        sum1 = f64x2.add(sum1, f64x2.mul(weight1, v128.load(move)));
        sum2 = f64x2.add(sum2, f64x2.mul(weight2, v128.load(move, 16)));
      }
    }
    storeLanes(out + at, narrowed(f64x2.div(sum1, total1), f64x2.div(sum2, total2)), lanes);
  }
}

// @ts-ignore: decorator
@inline
function normOf(mean: v128): v128 {
  const norm = f64x2.mul(mean, f64x2.splat(1 - DISCOUNT));
  return v128.bitselect(norm, f64x2.splat(1), f64x2.gt(mean, f64x2.splat(0)));
}

// @ts-ignore: decorator
@inline
function priorOf(count: v128): v128 {
  const faded = f64x2.add(f64x2.splat(1), f64x2.mul(count, f64x2.splat(PRIOR_FADES)));
  return f64x2.div(f64x2.splat(PRIOR), faded);
}

/**
 * Takes in the movements of all horizons whose targets have come, two at a time.
 *
 * @param state [MIXTURE + E][Q] float32
 * @param said [ring][…][E − 1][Q] bfloat16: what the experts said at each step; `saidStride` bytes from step to step
 * @param mixedMoves [ring][…][Q] float32: what the mixture said; `mixedStride` bytes from step to step
 * @param places [Q] i32: place in the ring of the step that forecast the target
 * @param moved [Q] float64; NaN where no target has come; 8 bytes beyond are read
 */
export function blame(
  state: usize, Q: i32, E: i32, said: usize, saidStride: i32, mixedMoves: usize, mixedStride: i32, places: usize, moved: usize,
): void {
  const row = bytes(Q);
  for (let q = 0; q < Q; q += 2) {
    const target = v128.load(moved + ((<usize>q) << 3));
    // the second of an odd number of horizons does not exist: the first stands in for it and nothing is stored
    const second = min(q + 1, Q - 1);
    let which = i64x2.bitmask(f64x2.eq(target, target));
    if (second == q) which &= 1;
    if (which == 0) continue;
    const at = state + bytes(q);
    const placeA = load<i32>(places + bytes(q));
    const placeB = load<i32>(places + bytes(second));
    const saidA = said + placeA * saidStride + ((<usize>q) << 1);
    const saidB = said + placeB * saidStride + ((<usize>second) << 1);
    const count = loadPair(at, which);
    const first = f64x2.pmax(f64x2.pmin(target, f64x2.splat(FIRST_CUT)), f64x2.splat(-FIRST_CUT));
    const movement = v128.bitselect(first, target, f64x2.eq(count, f64x2.splat(0)));
    const square = loadPair(at + row, which);
    const mean = loadPair(at + 2 * row, which);
    const zero = f64x2.splat(0);
    const known = v128.bitselect(square, f64x2.splat(SMALLEST), f64x2.gt(square, zero));
    const edge = f64x2.mul(f64x2.splat(HUBER), f64x2.sqrt(known));
    const most = f64x2.mul(f64x2.splat(LOSS_CUT), mean);
    const limit = v128.bitselect(most, f64x2.splat(Infinity), f64x2.gt(mean, zero));
    let sum = zero;
    let losses = at + <usize>MIXTURE * row;
    for (let e = 0; e < E; e++) {
      let error = movement;
      if (e > 0) {
        const by = (<usize>((e - 1) * Q)) << 1;
        error = f64x2.sub(movement, pair(loadHalf(saidA + by), loadHalf(saidB + by)));
      }
      error = f64x2.abs(error);
      const linear = f64x2.mul(edge, f64x2.sub(f64x2.mul(f64x2.splat(2), error), edge));
      const loss = v128.bitselect(f64x2.mul(error, error), linear, f64x2.lt(error, edge));
      sum = f64x2.add(sum, loss);
      const before = f64x2.mul(loadPair(losses, which), f64x2.splat(DISCOUNT));
      const now = f64x2.mul(f64x2.splat(1 - DISCOUNT), f64x2.pmin(loss, limit));
      storePair(losses, f64x2.add(before, now), which);
      losses += row;
    }
    const average = f64x2.div(sum, f64x2.splat(<f64>E));
    const step = f64x2.mul(f64x2.splat(LOSS_RATE), f64x2.sub(f64x2.pmin(average, limit), mean));
    storePair(at + 2 * row, v128.bitselect(average, f64x2.add(mean, step), f64x2.eq(mean, zero)), which);
    const mixedA = <f64>f32.load(mixedMoves + placeA * mixedStride + bytes(q));
    const mixedB = <f64>f32.load(mixedMoves + placeB * mixedStride + bytes(second));
    const error = f64x2.sub(movement, pair(mixedA, mixedB));
    storePair(at + row, movedMean(square, f64x2.mul(error, error), SQUARE_CUT), which);
    const usual = loadPair(at + 3 * row, which);
    storePair(at + 3 * row, movedMean(usual, f64x2.abs(movement), MOVE_CUT), which);
    storePair(at, f64x2.add(count, f64x2.splat(1)), which);
  }
}

// @ts-ignore: decorator
@inline
function movedMean(mean: v128, next: v128, limit: f64): v128 {
  const most = f64x2.mul(f64x2.splat(limit), mean);
  const step = f64x2.mul(f64x2.splat(SIZE_RATE), f64x2.sub(f64x2.pmin(next, most), mean));
  return v128.bitselect(next, f64x2.add(mean, step), f64x2.eq(mean, f64x2.splat(0)));
}

// @ts-ignore: decorator
@inline
function pair(a: f64, b: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(a), 1, b);
}

/** Two float32 as float64; the second only where bit 1 of `which` is set. */
// @ts-ignore: decorator
@inline
function loadPair(from: usize, which: i32): v128 {
  return low(which & 2 ? v128.load64_zero(from) : v128.load32_zero(from));
}

/** Stores the first of two float64 as float32 where bit 0 of `which` is set, the second where bit 1 is. */
// @ts-ignore: decorator
@inline
function storePair(to: usize, two: v128, which: i32): void {
  const x = f32x4.demote_f64x2_zero(two);
  if (which == 3) v128.store64_lane(to, x, 0);
  else if (which == 1) f32.store(to, f32x4.extract_lane(x, 0));
  else f32.store(to, f32x4.extract_lane(x, 1), 4);
}
