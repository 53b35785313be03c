// A layer over a window of T steps of B series, there and back: the loops of through-time.ts.
import { add } from './add';
import { activate, back, sums } from './cells';
import { biasGradient, transpose, weightGradient } from './gradient';
import { bytes, padded } from './lanes';
import { products } from './product';
import { columnsOf, Shape } from './shape';

/** Series that go through a step together: their sums stay in the nearest cache. */
const TOGETHER = 16;

/**
 * @param v [T × B][H + I]: X is given, h_{t-1} is written
 * @param state [B][states × H], in place
 * @param h [T × B][H], written
 * @param record [T × B][record × H], written
 * @param z workspace of 16 × columnsOf
 */
export function forwardWindow(
  cell: Shape, T: i32, B: i32, H: i32, I: i32, W: usize, b: usize, v: usize, state: usize, h: usize, record: usize, z: usize,
): void {
  const kind = cell.kind;
  const gate = bytes(H);
  const width = bytes(cell.states * H);
  const kept = bytes(cell.record * H);
  const stride = bytes(H + I);
  const zStride = bytes(columnsOf(cell, H));
  for (let t = 0; t < T; t++) {
    for (let from = 0; from < B; from += TOGETHER) {
      const count = min(TOGETHER, B - from);
      const first = state + <usize>from * width;
      for (let i = 0; i < count; i++) memory.copy(v + <usize>i * stride, first + <usize>i * width, gate);
      sums(cell, W, b, H, I, v, v + gate, stride, z, zStride, count);
      for (let i = 0; i < count; i++) {
        const own = first + <usize>i * width;
        activate(kind, H, b, own, z + <usize>i * zStride, record);
        memory.copy(h, own, gate);
        h += gate;
        record += kept;
      }
      v += <usize>count * stride;
    }
  }
}

/** The transposes of the weights: Th [columns][H] and Tx [columns][I], packed; what is summed apart over h and X respectively. Tx 0: left out. */
export function transposeWeights(cell: Shape, H: i32, I: i32, W: usize, Th: usize, Tx: usize): void {
  const together = cell.together * H;
  const apart = cell.apart * H;
  const columns = together + apart;
  const W_h = W + bytes(padded(together) * (H + I));
  const W_x = W_h + bytes(padded(apart) * H);
  transpose(W, H + I, padded(together), 0, H, together, Th, 0, columns);
  transpose(W_h, H, padded(apart), 0, H, apart, Th, together, columns);
  if (Tx == 0) return;
  transpose(W, H + I, padded(together), H, I, together, Tx, 0, columns);
  transpose(W_x, I, padded(apart), 0, I, apart, Tx, together, columns);
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
  cell: Shape, T: i32, B: i32, H: i32, I: i32, Th: usize, Tx: usize, b: usize, v: usize, record: usize, dh: usize,
  dx: usize, d: usize, dz: usize, zeros: usize, out: usize,
): void {
  const kind = cell.kind;
  const width = bytes(cell.states * H);
  const kept = bytes(cell.record * H);
  const stride = bytes(H + I);
  const dzStride = bytes(columnsOf(cell, H));
  const outH = bytes(padded(H));
  const outX = bytes(padded(I));
  const together = cell.together * H;
  const apart = cell.apart * H;
  const overH = bytes(padded(together));
  const overX = overH + bytes(padded(apart));
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
        back(kind, H, b, kept_i, v + <usize>(s + i) * stride, d_i, dz_i);
      }
      products(Th, zeros, out, outH, padded(H), dz_s, together, dz_s + overH, apart, dzStride, count);
      for (let i = 0; i < count; i++) add(own + <usize>i * width, out + <usize>i * outH, H);
      if (dx != 0) {
        products(Tx, zeros, out, outX, padded(I), dz_s, together, dz_s + overX, apart, dzStride, count);
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
  cell: Shape, T: i32, B: i32, H: i32, I: i32, v: usize, dz: usize, gW: usize, gb: usize, panel: usize,
): void {
  const samples = T * B;
  const stride = bytes(H + I);
  const columns = columnsOf(cell, H);
  const dzStride = bytes(columns);
  const together = padded(cell.together * H);
  const apart = padded(cell.apart * H);
  const gW_h = gW + bytes(together * (H + I));
  const gW_x = gW_h + bytes(apart * H);
  weightGradient(gW, H + I, together, v, stride, dz, dzStride, samples, panel);
  weightGradient(gW_h, H, apart, v, stride, dz + bytes(together), dzStride, samples, panel);
  weightGradient(gW_x, I, apart, v + bytes(H), stride, dz + bytes(together + apart), dzStride, samples, panel);
  // b lies as dz does
  biasGradient(gb, columns, dz, dzStride, samples);
}
