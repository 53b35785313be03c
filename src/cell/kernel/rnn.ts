// The elementwise part of the plain cell, there and back: the operations of ../rnn.ts in their order.
import { RNN_SIGMOID, RNN_TANH } from './kinds';
import { bytes, storeLanes } from './lanes';
import { oneMinus, sigmoid4, tanh4 } from './maths';

/** Column h of H. Keeps h_t. */
export function activateRnn(kind: i32, H: i32, h: usize, z: usize, record: usize): void {
  for (let j = 0; j < H; j += 4) {
    const at = bytes(j);
    const sum = v128.load(z + at);
    let h_t: v128;
    if (kind == RNN_TANH) h_t = tanh4(sum);
    else if (kind == RNN_SIGMOID) h_t = sigmoid4(sum);
    else h_t = v128.and(sum, f32x4.gt(sum, f32x4.splat(0)));
    storeLanes(h + at, h_t, H - j);
    if (record) storeLanes(record + at, h_t, H - j);
  }
}

/** dz: as the column of h. */
export function backRnn(kind: i32, H: i32, record: usize, d: usize, dz: usize): void {
  for (let j = 0; j < H; j += 4) {
    const at = bytes(j);
    const h = v128.load(record + at);
    let slope: v128;
    if (kind == RNN_TANH) slope = oneMinus(f32x4.mul(h, h));
    else if (kind == RNN_SIGMOID) slope = f32x4.mul(h, oneMinus(h));
    else slope = v128.and(f32x4.splat(1), f32x4.gt(h, f32x4.splat(0)));
    storeLanes(dz + at, f32x4.mul(v128.load(d + at), slope), H - j);
    storeLanes(d + at, f32x4.splat(0), H - j);
  }
}
