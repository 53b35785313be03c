// The elementwise part of a step, from the sums z on: the operations of rnn.ts, lstm.ts, gru.ts in their order.
import { bytes, padded, storeLanes } from './lanes';
import { sigmoid4, tanh4 } from './maths';
import { products } from './product';

export const LSTM = 3;
export const GRU = 4;

/** Float32 of the sums of a sample: the columns of each product, padded. */
export function columnsOf(cell: i32, H: i32): i32 {
  if (cell == LSTM) return padded(4 * H);
  if (cell == GRU) return padded(2 * H) + 2 * padded(H);
  return padded(H);
}

/**
 * The sums z of some samples: for RNN and LSTM one product over [h, X]. For the GRU three packed products, one behind the other:
 * columns r, z over [h, X]; n_h over h; n_x over X; each padded to a multiple of 4 columns, with b alike.
 *
 * @param h first sample's h_{t-1}, `stride` bytes to the next sample's; `x` likewise
 * @param z [samples][columnsOf]
 */
export function sums(
  cell: i32, W: usize, b: usize, H: i32, I: i32, h: usize, x: usize, stride: usize, z: usize, samples: i32,
): void {
  const columns = columnsOf(cell, H);
  const zStride = bytes(columns);
  if (cell != GRU) {
    products(W, b, z, zStride, columns, h, H, x, I, stride, samples);
    return;
  }
  const two = padded(2 * H);
  const one = padded(H);
  products(W, b, z, zStride, two, h, H, x, I, stride, samples);
  const n_h = bytes(two);
  const W_h = W + bytes(two * (H + I));
  products(W_h, b + n_h, z + n_h, zStride, one, h, H, x, 0, stride, samples);
  const n_x = n_h + bytes(one);
  products(W_h + bytes(one * H), b + n_x, z + n_x, zStride, one, x, I, x, 0, stride, samples);
}

/**
 * From the sums of a sample to its h (and C behind it), in place.
 *
 * @param record where what the way back needs is kept; 0: nowhere
 */
export function activate(cell: i32, H: i32, h: usize, z: usize, record: usize): void {
  if (cell == LSTM) lstmActivate(H, h, z, record);
  else if (cell == GRU) gruActivate(H, h, z, record);
  else rnnActivate(cell, H, h, z, record);
}

/** Activation 0: tanh, 1: sigmoid, 2: ReLU. Keeps h_t. */
function rnnActivate(activation: i32, H: i32, h: usize, z: usize, record: usize): void {
  for (let j = 0; j < H; j += 4) {
    const at = bytes(j);
    const sum = v128.load(z + at);
    let h_t: v128;
    if (activation == 0) h_t = tanh4(sum);
    else if (activation == 1) h_t = sigmoid4(sum);
    else h_t = v128.and(sum, f32x4.gt(sum, f32x4.splat(0)));
    storeLanes(h + at, h_t, H - j);
    if (record) storeLanes(record + at, h_t, H - j);
  }
}

/** Columns i, f, C̃, o of H each. Keeps i, f, C̃, o, C_{t-1}, tanh C_t. */
function lstmActivate(H: i32, h: usize, z: usize, record: usize): void {
  const gate = bytes(H);
  const C = h + gate;
  // two passes: many sums are under way at a time, where one pass would wait for each C_t in turn
  for (let j = 0; j < H; j += 4) {
    const at = z + bytes(j);
    const i_t = sigmoid4(v128.load(at));
    const f_t = sigmoid4(v128.load(at + gate));
    const c_t = tanh4(v128.load(at + 2 * gate));
    const o_t = sigmoid4(v128.load(at + 3 * gate));
    storeLanes(at, i_t, H - j);
    storeLanes(at + gate, f_t, H - j);
    storeLanes(at + 2 * gate, c_t, H - j);
    storeLanes(at + 3 * gate, o_t, H - j);
  }
  if (record) {
    memory.copy(record, z, 4 * gate);
    memory.copy(record + 4 * gate, C, gate);
  }
  for (let j = 0; j < H; j += 4) {
    const at = z + bytes(j);
    const C_t = f32x4.add(
      f32x4.mul(v128.load(at + gate), v128.load(C + bytes(j))),
      f32x4.mul(v128.load(at), v128.load(at + 2 * gate)),
    );
    const tanhC = tanh4(C_t);
    storeLanes(C + bytes(j), C_t, H - j);
    storeLanes(h + bytes(j), f32x4.mul(v128.load(at + 3 * gate), tanhC), H - j);
    if (record) storeLanes(record + 5 * gate + bytes(j), tanhC, H - j);
  }
}

/** Columns r, z (padded together), n_h, n_x (each padded). Keeps r, z, n, n_h. */
function gruActivate(H: i32, h: usize, z: usize, record: usize): void {
  const gate = bytes(H);
  const n_h = z + bytes(padded(2 * H));
  const n_x = n_h + bytes(padded(H));
  const ones = f32x4.splat(1);
  for (let j = 0; j < H; j += 4) {
    const at = bytes(j);
    const r_t = sigmoid4(v128.load(z + at));
    const z_t = sigmoid4(v128.load(z + gate + at));
    const sum = v128.load(n_h + at);
    const n_t = tanh4(f32x4.add(v128.load(n_x + at), f32x4.mul(r_t, sum)));
    const h_t = f32x4.add(f32x4.mul(f32x4.sub(ones, z_t), n_t), f32x4.mul(z_t, v128.load(h + at)));
    storeLanes(h + at, h_t, H - j);
    if (record) {
      storeLanes(record + at, r_t, H - j);
      storeLanes(record + gate + at, z_t, H - j);
      storeLanes(record + 2 * gate + at, n_t, H - j);
      storeLanes(record + 3 * gate + at, sum, H - j);
    }
  }
}
