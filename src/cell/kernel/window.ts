// A layer over a window of T steps of B series, there and back: the loops of through-time.ts.
import { add } from './add';
import { backGru, backLstm, backRnn } from './back';
import { activate, columnsOf, GRU, LSTM, sums } from './cells';
import { biasGradient, transpose, weightGradient } from './gradient';
import { bytes, padded } from './lanes';
import { products } from './product';

/** Series that go through a step together: their sums stay in the nearest cache. */
const TOGETHER = 16;

/** Bytes of state of a series, h and C. */
function stateBytes(cell: i32, H: i32): usize {
  return bytes(cell == LSTM ? 2 * H : H);
}

/** Bytes that a sample keeps for the way back. */
function recordBytes(cell: i32, H: i32): usize {
  return bytes(cell == LSTM ? 6 * H : cell == GRU ? 4 * H : H);
}

/**
 * @param v [T × B][H + I]: X is given, h_{t-1} is written
 * @param state [B][states × H], in place
 * @param h [T × B][H], written
 * @param record [T × B][record × H], written
 * @param z workspace of 16 × columnsOf
 */
export function forwardWindow(
  cell: i32, T: i32, B: i32, H: i32, I: i32, W: usize, b: usize, v: usize, state: usize, h: usize, record: usize, z: usize,
): void {
  const gate = bytes(H);
  const width = stateBytes(cell, H);
  const kept = recordBytes(cell, H);
  const stride = bytes(H + I);
  const zStride = bytes(columnsOf(cell, H));
  for (let t = 0; t < T; t++) {
    for (let from = 0; from < B; from += TOGETHER) {
      const count = min(TOGETHER, B - from);
      const first = state + <usize>from * width;
      for (let i = 0; i < count; i++) memory.copy(v + <usize>i * stride, first + <usize>i * width, gate);
      sums(cell, W, b, H, I, v, v + gate, stride, z, count);
      for (let i = 0; i < count; i++) {
        const own = first + <usize>i * width;
        activate(cell, H, own, z + <usize>i * zStride, record);
        memory.copy(h, own, gate);
        h += gate;
        record += kept;
      }
      v += <usize>count * stride;
    }
  }
}

/** The transposes of the weights: Th [columns][H] and Tx [columns][I], packed; the GRU's with n_h and n_x respectively. Tx 0: left out. */
export function transposeWeights(cell: i32, H: i32, I: i32, W: usize, Th: usize, Tx: usize): void {
  if (cell == GRU) {
    const two = padded(2 * H);
    const one = padded(H);
    const n_h = W + bytes(two * (H + I));
    const n_x = n_h + bytes(one * H);
    transpose(W, H + I, two, 0, H, 2 * H, Th, 0, 3 * H);
    transpose(n_h, H, one, 0, H, H, Th, 2 * H, 3 * H);
    if (Tx == 0) return;
    transpose(W, H + I, two, H, I, 2 * H, Tx, 0, 3 * H);
    transpose(n_x, I, one, 0, I, H, Tx, 2 * H, 3 * H);
    return;
  }
  const columns = cell == LSTM ? 4 * H : H;
  transpose(W, H + I, padded(columns), 0, H, columns, Th, 0, columns);
  if (Tx != 0) transpose(W, H + I, padded(columns), H, I, columns, Tx, 0, columns);
}

/**
 * @param dh [T × B][H] from above
 * @param dx [T × B][I], written; 0: left out
 * @param d [B][states × H], zero at the start
 * @param dz [T × B][columnsOf], zero at the start, written
 * @param zeros as many zeros as H or I, padded
 * @param out workspace of 16 × H or I numbers, padded
 */
export function backwardWindow(
  cell: i32, T: i32, B: i32, H: i32, I: i32, Th: usize, Tx: usize, v: usize, record: usize, dh: usize, dx: usize,
  d: usize, dz: usize, zeros: usize, out: usize,
): void {
  const width = stateBytes(cell, H);
  const kept = recordBytes(cell, H);
  const stride = bytes(H + I);
  const dzStride = bytes(columnsOf(cell, H));
  const outH = bytes(padded(H));
  const outX = bytes(padded(I));
  const main = cell == LSTM ? 4 * H : cell == GRU ? 2 * H : H;
  const more = cell == GRU ? H : 0;
  const n_h = bytes(padded(2 * H));
  const n_x = n_h + bytes(padded(H));
  for (let t = T - 1; t >= 0; t--) {
    for (let from = 0; from < B; from += TOGETHER) {
      const count = min(TOGETHER, B - from);
      const s = t * B + from;
      const own = d + <usize>from * width;
      const dz_s = dz + <usize>s * dzStride;
      for (let i = 0; i < count; i++) {
        const d_i = own + <usize>i * width;
        const dz_i = dz_s + <usize>i * dzStride;
        const kept_i = record + <usize>(s + i) * kept;
        add(d_i, dh + bytes((s + i) * H), H);
        if (cell == LSTM) backLstm(H, kept_i, d_i, dz_i);
        else if (cell == GRU) backGru(H, kept_i, v + <usize>(s + i) * stride, d_i, dz_i);
        else backRnn(cell, H, kept_i, d_i, dz_i);
      }
      products(Th, zeros, out, outH, padded(H), dz_s, main, dz_s + n_h, more, dzStride, count);
      for (let i = 0; i < count; i++) add(own + <usize>i * width, out + <usize>i * outH, H);
      if (dx != 0) {
        products(Tx, zeros, out, outX, padded(I), dz_s, main, dz_s + n_x, more, dzStride, count);
        for (let i = 0; i < count; i++) memory.copy(dx + bytes((s + i) * I), out + <usize>i * outX, bytes(I));
      }
    }
  }
}

/**
 * dL/dW and dL/db, added to gradients that are packed as W and b are.
 *
 * @param panel workspace of `weightGradient`
 */
export function gradientsOfWindow(
  cell: i32, T: i32, B: i32, H: i32, I: i32, v: usize, dz: usize, gW: usize, gb: usize, panel: usize,
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
    weightGradient(gW, H + I, two, v, stride, dz, dzStride, samples, panel);
    weightGradient(n_h, H, one, v, stride, dz + bytes(two), dzStride, samples, panel);
    weightGradient(n_x, I, one, v + bytes(H), stride, dz + bytes(two + one), dzStride, samples, panel);
  } else {
    weightGradient(gW, H + I, columns, v, stride, dz, dzStride, samples, panel);
  }
  // b: of the GRU r and z, n_h, n_x behind each other, as dz
  biasGradient(gb, columns, dz, dzStride, samples);
}
