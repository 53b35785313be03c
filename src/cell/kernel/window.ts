// A layer over a window of T steps of B series, there and back: the loops of through-time.ts.
import { gruStep, lstmStep, rnnStep } from './cells';
import { biasGradient, transpose, weightGradient } from './gradient';
import { bytes, padded } from './lanes';
import { product } from './product';
import { backGru, backLstm, backRnn, recordGru, recordLstm, recordRnn } from './record';

const LSTM = 3;
const GRU = 4;

/** Float32 of dz of a sample: the columns of each product, padded. */
// @ts-ignore: decorator
@inline
function columnsOf(cell: i32, H: i32): i32 {
  if (cell == LSTM) return padded(4 * H);
  if (cell == GRU) return padded(2 * H) + 2 * padded(H);
  return padded(H);
}

/**
 * @param v [T × B][H + I]: X is given, h_{t-1} is written
 * @param state [B][states × H], in place
 * @param h [T × B][H], written
 * @param record [T × B][record × H], written
 */
export function forwardWindow(
  cell: i32, T: i32, B: i32, H: i32, I: i32, W: usize, b: usize, v: usize, state: usize, h: usize, record: usize, z: usize,
): void {
  const gate = bytes(H);
  const width: usize = cell == LSTM ? gate << 1 : gate;
  const kept: usize = cell == LSTM ? gate * 6 : cell == GRU ? gate << 2 : gate;
  const stride = bytes(H + I);
  for (let t = 0; t < T; t++) {
    for (let series = 0; series < B; series++) {
      const own = state + <usize>series * width;
      memory.copy(v, own, gate);
      const x = v + gate;
      if (cell == LSTM) {
        memory.copy(record + 4 * gate, own + gate, gate);
        lstmStep(W, b, H, I, own, x, z);
        recordLstm(H, own, z, record);
      } else if (cell == GRU) {
        gruStep(W, b, H, I, own, x, z);
        recordGru(H, z, record);
      } else {
        rnnStep(W, b, H, I, cell, own, x, z);
        recordRnn(H, own, record);
      }
      memory.copy(h, own, gate);
      v += stride;
      h += gate;
      record += kept;
    }
  }
}

/** The transposes of the weights: Th [columns][H] and Tx [columns][I], packed; the GRU's with n_h and n_x respectively. */
export function transposeWeights(cell: i32, H: i32, I: i32, W: usize, Th: usize, Tx: usize): void {
  if (cell == GRU) {
    const two = padded(2 * H);
    const one = padded(H);
    const n_h = W + bytes(two * (H + I));
    const n_x = n_h + bytes(one * H);
    transpose(W, H + I, two, 0, H, 2 * H, Th, 0, 3 * H);
    transpose(n_h, H, one, 0, H, H, Th, 2 * H, 3 * H);
    transpose(W, H + I, two, H, I, 2 * H, Tx, 0, 3 * H);
    transpose(n_x, I, one, 0, I, H, Tx, 2 * H, 3 * H);
    return;
  }
  const columns = cell == LSTM ? 4 * H : H;
  transpose(W, H + I, padded(columns), 0, H, columns, Th, 0, columns);
  transpose(W, H + I, padded(columns), H, I, columns, Tx, 0, columns);
}

/**
 * @param dh [T × B][H] from above
 * @param dx [T × B][I], written; its last row may be overrun by 3 numbers
 * @param d [B][states × H], zero at the start
 * @param dz [T × B][columns], zero at the start, written
 * @param zeros as many zeros as H or I, padded
 * @param out workspace of H or I numbers, padded
 */
export function backwardWindow(
  cell: i32, T: i32, B: i32, H: i32, I: i32, Th: usize, Tx: usize, v: usize, record: usize, dh: usize, dx: usize,
  d: usize, dz: usize, zeros: usize, out: usize,
): void {
  const gate = bytes(H);
  const width: usize = cell == LSTM ? gate << 1 : gate;
  const kept: usize = cell == LSTM ? gate * 6 : cell == GRU ? gate << 2 : gate;
  const columns = columnsOf(cell, H);
  const main = cell == LSTM ? 4 * H : cell == GRU ? 2 * H : H;
  const more = cell == GRU ? H : 0;
  const n_h = bytes(padded(2 * H));
  const n_x = n_h + bytes(padded(H));
  for (let t = T - 1; t >= 0; t--) {
    for (let series = 0; series < B; series++) {
      const s = t * B + series;
      const own = d + <usize>series * width;
      const above = dh + bytes(s * H);
      for (let j = 0; j < H; j++) f32.store(own + bytes(j), f32.load(own + bytes(j)) + f32.load(above + bytes(j)));
      const sums = dz + bytes(s * columns);
      const kept_s = record + <usize>s * kept;
      if (cell == LSTM) backLstm(H, kept_s, own, sums);
      else if (cell == GRU) backGru(H, kept_s, v + bytes(s * (H + I)), own, sums);
      else backRnn(cell, H, kept_s, own, sums);
      product(Th, zeros, out, padded(H), sums, main, sums + n_h, more);
      for (let j = 0; j < H; j++) f32.store(own + bytes(j), f32.load(own + bytes(j)) + f32.load(out + bytes(j)));
      product(Tx, zeros, out, padded(I), sums, main, sums + n_x, more);
      memory.copy(dx + bytes(s * I), out, bytes(I));
    }
  }
}

/** dL/dW and dL/db, added to gradients that are packed as W and b are. */
export function gradientsOfWindow(
  cell: i32, T: i32, B: i32, H: i32, I: i32, v: usize, dz: usize, gW: usize, gb: usize,
): void {
  const samples = T * B;
  const stride = bytes(H + I);
  const columns = columnsOf(cell, H);
  const dzStride = bytes(columns);
  if (cell == GRU) {
    const two = padded(2 * H);
    const one = padded(H);
    const n_h = gW + bytes(two * (H + I));
    const n_x = n_h + bytes(one * H);
    weightGradient(gW, H + I, two, v, stride, dz, dzStride, samples);
    weightGradient(n_h, H, one, v, stride, dz + bytes(two), dzStride, samples);
    weightGradient(n_x, I, one, v + bytes(H), stride, dz + bytes(two + one), dzStride, samples);
  } else {
    weightGradient(gW, H + I, columns, v, stride, dz, dzStride, samples);
  }
  // b: of the GRU r and z, n_h, n_x behind each other, as dz
  biasGradient(gb, columns, dz, dzStride, samples);
}
