// Recursive least squares: the operations of src/learn/rls.ts in their order, for all horizons of a readout in one call.
import { loadHalves, storeHalves } from './bfloat16';
import { bytes, high, loadLanes, low, narrowed, storeLanes, wide } from './lanes';

/** The sum of four partial sums, as `total` of the reference. */
// @ts-ignore: decorator
@inline
function total(first: v128, second: v128): f64 {
  const two = f64x2.add(first, second);
  return f64x2.extract_lane(two, 0) + f64x2.extract_lane(two, 1);
}

/** φ as float64 [d], with zeros behind up to a multiple of 4. */
function widen(phi: usize, d: i32, to: usize): void {
  for (let j = 0; j < d; j += 4) {
    const x = loadHalves(phi + ((<usize>j) << 1), d - j);
    v128.store(to + wide(j), low(x));
    v128.store(to + wide(j), high(x), 16);
  }
}

/** For i modulo 4: which of four lanes belong to columns from i on. */
const FROM = memory.data<i64>(
  [
    -1, -1, -1, -1,
    0, -1, -1, -1,
    0, 0, -1, -1,
    0, 0, 0, -1,
  ],
  16,
);

/**
 * `rlsGain` of the reference: P [packed], φ and gain [d] as bfloat16. Workspace: 3 (d + 6) float64.
 *
 * Rows of P are gone through in blocks of four columns that begin at multiples of 4, whatever the row: what a row stores of `sums` the next one
 * loads in the same pieces. The four partial sums of a row then lie in other lanes than in the reference, but their sum is the same.
 */
export function rlsGain(
  P: usize, d: i32, phi: usize, gain: usize, forgetting: f64, start: f32, traceLimit: f64, work: usize,
): void {
  const x = work;
  const sums = work + wide(d + 6);
  const v = sums + wide(d + 6);
  const zero = f64x2.splat(0);
  widen(phi, d, x);
  for (let j = 0; j < d; j += 2) v128.store(sums + wide(j), zero);
  for (let j = d; j < d + 4; j++) f64.store(v + wide(j), 0);
  const whole = d & ~3;
  const rest = d - whole;
  let trace: f64 = 0;
  let row = P;
  for (let i = 0; i < d; i++) {
    const x_i = f64x2.splat(f64.load(x + wide(i)));
    const before = f64.load(sums + wide(i));
    trace += <f64>f32.load(row);
    // the first block holds columns before i, too: what comes of them is dropped, for 0 × an infinite φ is none
    let j = i & ~3;
    let p_j = row - bytes(i - j);
    let x_j = x + wide(j);
    let sum = sums + wide(j);
    const mask = FROM + (<usize>(i - j) << 5);
    let p = loadLanes(p_j, d - j);
    let p1 = low(p);
    let p2 = high(p);
    let a = v128.and(f64x2.mul(p1, v128.load(x_j)), v128.load(mask));
    let b = v128.and(f64x2.mul(p2, v128.load(x_j, 16)), v128.load(mask, 16));
    a = f64x2.add(zero, a);
    b = f64x2.add(zero, b);
    v128.store(sum, f64x2.add(v128.load(sum), f64x2.mul(p1, x_i)));
    v128.store(sum, f64x2.add(v128.load(sum, 16), f64x2.mul(p2, x_i)), 16);
    for (j += 4; j < whole; j += 4) {
      p_j += 16;
      x_j += 32;
      sum += 32;
      p = v128.load(p_j);
      p1 = low(p);
      p2 = high(p);
      a = f64x2.add(a, f64x2.mul(p1, v128.load(x_j)));
      b = f64x2.add(b, f64x2.mul(p2, v128.load(x_j, 16)));
      v128.store(sum, f64x2.add(v128.load(sum), f64x2.mul(p1, x_i)));
      v128.store(sum, f64x2.add(v128.load(sum, 16), f64x2.mul(p2, x_i)), 16);
    }
    if (j < d) {
      p = loadLanes(p_j + 16, rest);
      p1 = low(p);
      p2 = high(p);
      a = f64x2.add(a, f64x2.mul(p1, v128.load(x_j, 32)));
      b = f64x2.add(b, f64x2.mul(p2, v128.load(x_j, 48)));
      v128.store(sum, f64x2.add(v128.load(sum, 32), f64x2.mul(p1, x_i)), 32);
      v128.store(sum, f64x2.add(v128.load(sum, 48), f64x2.mul(p2, x_i)), 48);
    }
    f64.store(v + wide(i), before + total(a, b));
    row += bytes(d - i);
  }
  let a = zero;
  let b = zero;
  for (let j = 0; j < d; j += 4) {
    a = f64x2.add(a, f64x2.mul(v128.load(x + wide(j)), v128.load(v + wide(j))));
    b = f64x2.add(b, f64x2.mul(v128.load(x + wide(j), 16), v128.load(v + wide(j), 16)));
  }
  const power = total(a, b);
  if (!(power >= 0)) {
    reset(P, d, start);
    memory.fill(gain, 0, (<usize>d) << 1);
    return;
  }
  update(P, d, v, x, gain, 1 / (forgetting + power), trace <= traceLimit * forgetting ? 1 / forgetting : 1);
}

/** P = start × I. */
function reset(P: usize, d: i32, start: f32): void {
  memory.fill(P, 0, bytes((d * (d + 1)) >> 1));
  for (let i = 0; i < d; i++) {
    f32.store(P, start);
    P += bytes(d - i);
  }
}

/** g = v × scale, P = (P − g vᵀ) × grow. */
// @ts-ignore: decorator
@inline
function update(P: usize, d: i32, v: usize, g: usize, gain: usize, scale: f64, grow: f64): void {
  const s = f64x2.splat(scale);
  const f = f64x2.splat(grow);
  for (let j = 0; j < d; j += 4) {
    const g1 = f64x2.mul(v128.load(v + wide(j)), s);
    const g2 = f64x2.mul(v128.load(v + wide(j), 16), s);
    v128.store(g + wide(j), g1);
    v128.store(g + wide(j), g2, 16);
    storeHalves(gain + ((<usize>j) << 1), narrowed(g1, g2), d - j);
  }
  for (let i = 0; i < d; i++) {
    const g_i = f64x2.splat(f64.load(g + wide(i)));
    const n = d - i;
    let v_j = v + wide(i);
    for (const end = P + bytes(n & ~3); P < end; P += 16, v_j += 32) v128.store(P, updated(v128.load(P), g_i, v_j, f));
    const rest = n & 3;
    if (rest > 0) {
      storeLanes(P, updated(loadLanes(P, rest), g_i, v_j, f), rest);
      P += bytes(rest);
    }
  }
}

/** Four of (P − g vᵀ) × grow. */
// @ts-ignore: decorator
@inline
function updated(p: v128, g_i: v128, v_j: usize, grow: v128): v128 {
  const p1 = f64x2.mul(f64x2.sub(low(p), f64x2.mul(g_i, v128.load(v_j))), grow);
  const p2 = f64x2.mul(f64x2.sub(high(p), f64x2.mul(g_i, v128.load(v_j, 16))), grow);
  return narrowed(p1, p2);
}

/**
 * w_q·φ of every horizon, cut at ±reach.
 *
 * @param W [Q][d]
 * @param out [Q] float64, written
 * @param work workspace of d + 3 float64
 */
export function rlsMoves(W: usize, phi: usize, d: i32, Q: i32, reach: f64, out: usize, work: usize): void {
  widen(phi, d, work);
  const whole = d & ~3;
  for (let q = 0; q < Q; q++) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let x = work;
    for (const end = W + bytes(whole); W < end; W += 16, x += 32) {
      const w = v128.load(W);
      a = f64x2.add(a, f64x2.mul(low(w), v128.load(x)));
      b = f64x2.add(b, f64x2.mul(high(w), v128.load(x, 16)));
    }
    if (whole < d) {
      const w = loadLanes(W, d - whole);
      a = f64x2.add(a, f64x2.mul(low(w), v128.load(x)));
      b = f64x2.add(b, f64x2.mul(high(w), v128.load(x, 16)));
      W += bytes(d - whole);
    }
    f64.store(out + wide(q), max(-reach, min(reach, total(a, b))));
  }
}

/**
 * `rlsLearn` of the reference, for every horizon whose target has come.
 *
 * @param W [Q][d]
 * @param usual [Q]
 * @param phi features of the ring's first step; those of a step later lie `stride` bytes further; `gain` likewise
 * @param places [Q] i32: place in the ring of the step that forecast the target
 * @param moved [Q] float64; NaN where no target has come
 */
export function rlsLearn(
  W: usize, usual: usize, phi: usize, gain: usize, stride: i32, d: i32, Q: i32, places: usize, moved: usize,
  cut: f64, rate: f64,
): void {
  const whole = d & ~3;
  const rest = d - whole;
  for (let q = 0; q < Q; q++, W += bytes(d)) {
    const move = f64.load(moved + wide(q));
    if (move != move) continue;
    const at = load<i32>(places + bytes(q)) * stride;
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let x = phi + at;
    const end = W + bytes(whole);
    let to = W;
    for (; to < end; to += 16, x += 8) {
      const w = v128.load(to);
      const x_j = i32x4.shl(v128.load16x4_u(x), 16);
      a = f64x2.add(a, f64x2.mul(low(w), low(x_j)));
      b = f64x2.add(b, f64x2.mul(high(w), high(x_j)));
    }
    if (rest > 0) {
      const w = loadLanes(to, rest);
      const x_j = loadHalves(x, rest);
      a = f64x2.add(a, f64x2.mul(low(w), low(x_j)));
      b = f64x2.add(b, f64x2.mul(high(w), high(x_j)));
    }
    const innovation = move - total(a, b);
    const u = <f64>f32.load(usual + bytes(q));
    const limit = cut * (u > 0 ? u : 1);
    const e = max(-limit, min(limit, innovation));
    const size = abs(e);
    f32.store(usual + bytes(q), <f32>(u == 0 ? size : u + rate * (size - u)));
    const error = f64x2.splat(e);
    let g = gain + at;
    for (to = W; to < end; to += 16, g += 8) v128.store(to, learned(v128.load(to), i32x4.shl(v128.load16x4_u(g), 16), error));
    if (rest > 0) storeLanes(to, learned(loadLanes(to, rest), loadHalves(g, rest), error), rest);
  }
}

/** Four of w + g × the error. */
// @ts-ignore: decorator
@inline
function learned(w: v128, g: v128, error: v128): v128 {
  const w1 = f64x2.add(low(w), f64x2.mul(low(g), error));
  const w2 = f64x2.add(high(w), f64x2.mul(high(g), error));
  return narrowed(w1, w2);
}
