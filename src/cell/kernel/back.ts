// The way back through one step, elementwise, from what `activate` kept: the operations of rnn.ts, lstm.ts, gru.ts in their order.
import { bytes, padded, storeLanes } from './lanes';

// @ts-ignore: decorator
@inline
function oneMinus(x: v128): v128 {
  return f32x4.sub(f32x4.splat(1), x);
}

export function backRnn(activation: i32, H: i32, record: usize, d: usize, dz: usize): void {
  for (let j = 0; j < H; j += 4) {
    const at = bytes(j);
    const h = v128.load(record + at);
    let slope: v128;
    if (activation == 0) slope = oneMinus(f32x4.mul(h, h));
    else if (activation == 1) slope = f32x4.mul(h, oneMinus(h));
    else slope = v128.and(f32x4.splat(1), f32x4.gt(h, f32x4.splat(0)));
    storeLanes(dz + at, f32x4.mul(v128.load(d + at), slope), H - j);
    storeLanes(d + at, f32x4.splat(0), H - j);
  }
}

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

/** dz: r, z (padded), then n_h, then n_x, each padded. */
export function backGru(H: i32, record: usize, h: usize, d: usize, dz: usize): void {
  const gate = bytes(H);
  const dn_h = dz + bytes(padded(2 * H));
  const dn_x = dn_h + bytes(padded(H));
  for (let j = 0; j < H; j += 4) {
    const at = bytes(j);
    const r = v128.load(record + at);
    const z = v128.load(record + gate + at);
    const n = v128.load(record + 2 * gate + at);
    const n_h = v128.load(record + 3 * gate + at);
    const dh = v128.load(d + at);
    const dn = f32x4.mul(f32x4.mul(dh, oneMinus(z)), oneMinus(f32x4.mul(n, n)));
    storeLanes(dz + at, f32x4.mul(f32x4.mul(dn, n_h), f32x4.mul(r, oneMinus(r))), H - j);
    storeLanes(
      dz + gate + at,
      f32x4.mul(f32x4.mul(dh, f32x4.sub(v128.load(h + at), n)), f32x4.mul(z, oneMinus(z))),
      H - j,
    );
    storeLanes(dn_h + at, f32x4.mul(dn, r), H - j);
    storeLanes(dn_x + at, dn, H - j);
    storeLanes(d + at, f32x4.mul(dh, z), H - j);
  }
}
