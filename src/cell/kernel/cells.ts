// A step of any cell, there and back: the sums, which are alike for all, and which file has the elementwise part.
import { activateGru, backGru } from './gru';
import { GRU, LSTM, RNN_RELU } from './kinds';
import { bytes, padded } from './lanes';
import { activateLstm, backLstm } from './lstm';
import { products } from './product';
import { activateRnn, backRnn } from './rnn';
import { Shape } from './shape';

/**
 * The sums z of some samples: one product over [h, X] for the gates that are summed together. For those that are not (the GRU's n) two
 * more packed products behind it: over h; over X; each padded to a multiple of 4 columns, with b alike.
 *
 * @param h first sample's h_{t-1}, `stride` bytes to the next sample's; `x` likewise
 * @param z [samples][columnsOf]; `zStride` bytes to the next sample's
 */
export function sums(
  cell: Shape, W: usize, b: usize, H: i32, I: i32, h: usize, x: usize, stride: usize, z: usize, zStride: usize,
  samples: i32,
): void {
  const together = padded(cell.together * H);
  products(W, b, z, zStride, together, h, H, x, I, stride, samples);
  if (cell.apart == 0) return;
  const apart = padded(cell.apart * H);
  const overH = bytes(together);
  const W_h = W + bytes(together * (H + I));
  products(W_h, b + overH, z + overH, zStride, apart, h, H, x, 0, stride, samples);
  const overX = overH + bytes(apart);
  products(W_h + bytes(apart * H), b + overX, z + overX, zStride, apart, x, I, x, 0, stride, samples);
}

/**
 * From the sums of a sample to its h (and C behind it), in place.
 *
 * @param b packed; for a cell that has more in it than the biases of its sums
 * @param record where what the way back needs is kept; 0: nowhere
 */
export function activate(kind: i32, H: i32, b: usize, h: usize, z: usize, record: usize): void {
  if (kind == LSTM) activateLstm(H, h, z, record);
  else if (kind == GRU) activateGru(H, h, z, record);
  else if (kind <= RNN_RELU) activateRnn(kind, H, h, z, record);
  else unreachable();
}

/**
 * The way back through the elementwise part, from what `activate` kept.
 *
 * @param b as of `activate`
 * @param h holds h_{t-1}
 * @param d dL/dh_t (then dL/dC_t); is left with the part of dL/dh_{t-1} that does not go through W (then dL/dC_{t-1})
 * @param dz [columnsOf], written
 */
export function back(kind: i32, H: i32, b: usize, record: usize, h: usize, d: usize, dz: usize): void {
  if (kind == LSTM) backLstm(H, record, d, dz);
  else if (kind == GRU) backGru(H, record, h, d, dz);
  else if (kind <= RNN_RELU) backRnn(kind, H, record, d, dz);
  else unreachable();
}
