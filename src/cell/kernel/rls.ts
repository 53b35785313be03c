// Recursive least squares: the operations of src/learn/rls.ts in their order, for all horizons of a readout in one call.
import { loadHalves, storeHalves } from './bfloat16';
import { bytes, high, loadLanes, low, narrowed, storeLanes } from './lanes';

/** Bytes of n float64. */
// @ts-ignore: decorator
@inline
function wide(n: i32): usize {
  return (<usize>n) << 3;
}

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

/** `rlsGain` of the reference: P [packed], φ and gain [d] as bfloat16. Workspace: 2 (d + 6) float64. */
export function rlsGain(
  P: usize, d: i32, phi: usize, gain: usize, forgetting: f64, start: f32, traceLimit: f64, work: usize,
): void {
  // rows of P begin anywhere, so blocks of four run up to three numbers beyond the d of φ and v: these are zeros
  const x = work;
  const v = work + wide(d + 6);
  const zero = f64x2.splat(0);
  for (let j = d; j < d + 6; j += 2) v128.store(x + wide(j), zero);
  widen(phi, d, x);
  for (let j = 0; j < d + 5; j += 2) v128.store(v + wide(j), zero);
  let trace: f64 = 0;
  let row = P;
  for (let i = 0; i < d; i++) {
    const x_i = f64x2.splat(f64.load(x + wide(i)));
    const before = f64.load(v + wide(i));
    trace += <f64>f32.load(row);
    let a = zero;
    let b = zero;
    const n = d - i;
    const x_j = x + wide(i);
    const v_j = v + wide(i);
    for (let j = 0; j < n; j += 4) {
      const p = loadLanes(row + bytes(j), n - j);
      const p1 = low(p);
      const p2 = high(p);
      const at = wide(j);
      a = f64x2.add(a, f64x2.mul(p1, v128.load(x_j + at)));
      b = f64x2.add(b, f64x2.mul(p2, v128.load(x_j + at, 16)));
      v128.store(v_j + at, f64x2.add(v128.load(v_j + at), f64x2.mul(p1, x_i)));
      v128.store(v_j + at, f64x2.add(v128.load(v_j + at, 16), f64x2.mul(p2, x_i)), 16);
    }
    f64.store(v_j, before + total(a, b));
    row += bytes(n);
  }
  for (let j = d; j < d + 4; j++) f64.store(v + wide(j), 0); // 0 × an infinite φ has left no 0 there
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
    const v_j = v + wide(i);
    for (let j = 0; j < n; j += 4) {
      const p = loadLanes(P + bytes(j), n - j);
      const at = wide(j);
      const p1 = f64x2.mul(f64x2.sub(low(p), f64x2.mul(g_i, v128.load(v_j + at))), f);
      const p2 = f64x2.mul(f64x2.sub(high(p), f64x2.mul(g_i, v128.load(v_j + at, 16))), f);
      storeLanes(P + bytes(j), narrowed(p1, p2), n - j);
    }
    P += bytes(n);
  }
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
  for (let q = 0; q < Q; q++) {
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    for (let j = 0; j < d; j += 4) {
      const w = loadLanes(W + bytes(j), d - j);
      a = f64x2.add(a, f64x2.mul(low(w), v128.load(work + wide(j))));
      b = f64x2.add(b, f64x2.mul(high(w), v128.load(work + wide(j), 16)));
    }
    f64.store(out + wide(q), max(-reach, min(reach, total(a, b))));
    W += bytes(d);
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
  for (let q = 0; q < Q; q++, W += bytes(d)) {
    const move = f64.load(moved + wide(q));
    if (move != move) continue;
    const at = load<i32>(places + bytes(q)) * stride;
    const x = phi + at;
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    for (let j = 0; j < d; j += 4) {
      const w = loadLanes(W + bytes(j), d - j);
      const x_j = loadHalves(x + ((<usize>j) << 1), d - j);
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
    const g = gain + at;
    for (let j = 0; j < d; j += 4) {
      const w = loadLanes(W + bytes(j), d - j);
      const g_j = loadHalves(g + ((<usize>j) << 1), d - j);
      const w1 = f64x2.add(low(w), f64x2.mul(low(g_j), error));
      const w2 = f64x2.add(high(w), f64x2.mul(high(g_j), error));
      storeLanes(W + bytes(j), narrowed(w1, w2), d - j);
    }
  }
}
