// The elementwise part of the GRU, there and back: the operations of ../gru.ts in their order.
import { bytes, padded, storeLanes } from './lanes';
import { oneMinus, sigmoid4, tanh4 } from './maths';

/** Columns r, z (padded together), n_h, n_x (each padded). Keeps r, z, n, n_h. */
export function activateGru(H: i32, h: usize, z: usize, record: usize): void {
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
