// The model's linear head as movements to all horizons: the operations of `headMoves` in src/forecast/model-head.ts. Two outputs in a register.
import { bytes, wide } from './lanes';

const FAR: f64 = 1e6;

/**
 * `headMoves` of the reference.
 *
 * @param W [H][O] float64 of one channel, O even, of which the first `known` are outputs; `b` [O]
 * @param h [H] float32
 * @param horizons [Q] i32
 * @param said [O] float64, written: what the head says, in standardised units
 * @param out [Q] float64, written
 */
export function headMoves(
  W: usize, b: usize, H: i32, O: i32, known: i32, h: usize, horizons: usize, Q: i32, mean: f64, spread: f64, value: f64, unit: f64,
  said: usize, out: usize,
): void {
  let k = 0;
  for (; k + 12 <= O; k += 12) sixPairs(W + wide(k), b + wide(k), H, wide(O), h, said + wide(k));
  for (; k + 4 <= O; k += 4) twoPairs(W + wide(k), b + wide(k), H, wide(O), h, said + wide(k));
  for (; k < O; k += 2) onePair(W + wide(k), b + wide(k), H, wide(O), h, said + wide(k));
  for (let q = 0; q < Q; q++) {
    const place = load<i32>(horizons + bytes(q)) - 1;
    const move = place < known ? (mean + spread * f64.load(said + wide(place)) - value) / unit : 0;
    f64.store(out + wide(q), max(-FAR, min(FAR, move)));
  }
}

/** Twelve sums that do not wait for one another. */
// @ts-ignore: decorator
@inline
function sixPairs(W: usize, b: usize, H: i32, stride: usize, h: usize, to: usize): void {
  let s_0 = v128.load(b);
  let s_1 = v128.load(b, 16);
  let s_2 = v128.load(b, 32);
  let s_3 = v128.load(b, 48);
  let s_4 = v128.load(b, 64);
  let s_5 = v128.load(b, 80);
  for (let j = 0; j < H; j++, W += stride) {
    const h_j = f64x2.splat(<f64>f32.load(h + bytes(j)));
    s_0 = f64x2.add(s_0, f64x2.mul(h_j, v128.load(W)));
    s_1 = f64x2.add(s_1, f64x2.mul(h_j, v128.load(W, 16)));
    s_2 = f64x2.add(s_2, f64x2.mul(h_j, v128.load(W, 32)));
    s_3 = f64x2.add(s_3, f64x2.mul(h_j, v128.load(W, 48)));
    s_4 = f64x2.add(s_4, f64x2.mul(h_j, v128.load(W, 64)));
    s_5 = f64x2.add(s_5, f64x2.mul(h_j, v128.load(W, 80)));
  }
  v128.store(to, s_0);
  v128.store(to, s_1, 16);
  v128.store(to, s_2, 32);
  v128.store(to, s_3, 48);
  v128.store(to, s_4, 64);
  v128.store(to, s_5, 80);
}

// @ts-ignore: decorator
@inline
function twoPairs(W: usize, b: usize, H: i32, stride: usize, h: usize, to: usize): void {
  let s_0 = v128.load(b);
  let s_1 = v128.load(b, 16);
  for (let j = 0; j < H; j++, W += stride) {
    const h_j = f64x2.splat(<f64>f32.load(h + bytes(j)));
    s_0 = f64x2.add(s_0, f64x2.mul(h_j, v128.load(W)));
    s_1 = f64x2.add(s_1, f64x2.mul(h_j, v128.load(W, 16)));
  }
  v128.store(to, s_0);
  v128.store(to, s_1, 16);
}

// @ts-ignore: decorator
@inline
function onePair(W: usize, b: usize, H: i32, stride: usize, h: usize, to: usize): void {
  let sum = v128.load(b);
  for (let j = 0; j < H; j++, W += stride) {
    const h_j = f64x2.splat(<f64>f32.load(h + bytes(j)));
    sum = f64x2.add(sum, f64x2.mul(h_j, v128.load(W)));
  }
  v128.store(to, sum);
}
