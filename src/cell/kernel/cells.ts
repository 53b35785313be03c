import { padded, storeLanes } from './lanes';
import { sigmoid4, tanh4 } from './maths';
import { product } from './product';

/** h_t = σ(W_h h_{t-1} + W_x X_t + b); activation 0: tanh, 1: sigmoid, 2: ReLU. Columns of z are padded to a multiple of 4. */
export function rnnStep(
  W: usize, b: usize, H: i32, I: i32, activation: i32, h: usize, x: usize, z: usize,
): void {
  product(W, b, z, padded(H), h, H, x, I);
  for (let j = 0; j < H; j += 4) {
    const at = (<usize>j) << 2;
    const sum = v128.load(z + at);
    let h_t: v128;
    if (activation == 0) h_t = tanh4(sum);
    else if (activation == 1) h_t = sigmoid4(sum);
    else h_t = v128.and(sum, f32x4.gt(sum, f32x4.splat(0)));
    storeLanes(h + at, h_t, H - j);
  }
}

/** The equations of lstm.ts; columns i, f, C̃, o of H each. C lies behind h. */
export function lstmStep(W: usize, b: usize, H: i32, I: i32, h: usize, x: usize, z: usize): void {
  product(W, b, z, padded(4 * H), h, H, x, I);
  const gate = (<usize>H) << 2;
  const C = h + gate;
  for (let j = 0; j < H; j += 4) {
    const at = (<usize>j) << 2;
    const i_t = sigmoid4(v128.load(z + at));
    const f_t = sigmoid4(v128.load(z + gate + at));
    const c_t = tanh4(v128.load(z + 2 * gate + at));
    const o_t = sigmoid4(v128.load(z + 3 * gate + at));
    const C_t = f32x4.add(f32x4.mul(f_t, v128.load(C + at)), f32x4.mul(i_t, c_t));
    storeLanes(C + at, C_t, H - j);
    storeLanes(h + at, f32x4.mul(o_t, tanh4(C_t)), H - j);
  }
}

/**
 * The equations of gru.ts. W: three packed products, one behind the other: columns r, z over [h, X]; n_h over h; n_x over X;
 * each padded to a multiple of 4 columns, with b alike.
 */
export function gruStep(W: usize, b: usize, H: i32, I: i32, h: usize, x: usize, z: usize): void {
  const two = padded(2 * H);
  const one = padded(H);
  const n_h = z + ((<usize>two) << 2);
  const n_x = n_h + ((<usize>one) << 2);
  let w = W;
  let bias = b;
  product(w, bias, z, two, h, H, x, I);
  w += (<usize>(two * (H + I))) << 2;
  bias += (<usize>two) << 2;
  product(w, bias, n_h, one, h, H, x, 0);
  w += (<usize>(one * H)) << 2;
  bias += (<usize>one) << 2;
  product(w, bias, n_x, one, x, I, x, 0);
  const gate = (<usize>H) << 2;
  const ones = f32x4.splat(1);
  for (let j = 0; j < H; j += 4) {
    const at = (<usize>j) << 2;
    const r_t = sigmoid4(v128.load(z + at));
    const z_t = sigmoid4(v128.load(z + gate + at));
    const n_t = tanh4(f32x4.add(v128.load(n_x + at), f32x4.mul(r_t, v128.load(n_h + at))));
    const h_t = f32x4.add(f32x4.mul(f32x4.sub(ones, z_t), n_t), f32x4.mul(z_t, v128.load(h + at)));
    storeLanes(h + at, h_t, H - j);
  }
}
