// The elementwise part of the LSTM, there and back: the operations of ../lstm.ts in their order.
import { bytes, storeLanes } from './lanes';
import { oneMinus, sigmoid4, tanh4 } from './maths';

/** Columns i, f, C̃, o of H each. Keeps i, f, C̃, o, C_{t-1}, tanh C_t. */
export function activateLstm(H: i32, h: usize, z: usize, record: usize): void {
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

/** dz: i, f, C̃, o of H each. */
export function backLstm(H: i32, record: usize, d: usize, dz: usize): void {
  const gate = bytes(H);
  for (let j = 0; j < H; j += 4) {
    const at = bytes(j);
    const i = v128.load(record + at);
    const f = v128.load(record + gate + at);
    const g = v128.load(record + 2 * gate + at);
    const o = v128.load(record + 3 * gate + at);
    const C = v128.load(record + 4 * gate + at);
    const tanhC = v128.load(record + 5 * gate + at);
    const dh = v128.load(d + at);
    const dC = f32x4.add(
      v128.load(d + gate + at),
      f32x4.mul(f32x4.mul(dh, o), oneMinus(f32x4.mul(tanhC, tanhC))),
    );
    storeLanes(dz + at, f32x4.mul(f32x4.mul(dC, g), f32x4.mul(i, oneMinus(i))), H - j);
    storeLanes(dz + gate + at, f32x4.mul(f32x4.mul(dC, C), f32x4.mul(f, oneMinus(f))), H - j);
    storeLanes(dz + 2 * gate + at, f32x4.mul(f32x4.mul(dC, i), oneMinus(f32x4.mul(g, g))), H - j);
    storeLanes(dz + 3 * gate + at, f32x4.mul(f32x4.mul(dh, tanhC), f32x4.mul(o, oneMinus(o))), H - j);
    storeLanes(d + at, f32x4.splat(0), H - j);
    storeLanes(d + gate + at, f32x4.mul(dC, f), H - j);
  }
}
