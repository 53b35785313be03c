// exp, sigmoid and tanh of four float32 at once: the operations of src/maths/float32.ts in their order, so the bits are equal.

// @ts-ignore: decorator
@inline const LOG2_E: f32 = 1.4426950216293335;
// @ts-ignore: decorator
@inline const LN2_HIGH: f32 = 0.693359375;
// @ts-ignore: decorator
@inline const LN2_LOW: f32 = -2.1219444e-4;
// @ts-ignore: decorator
@inline const LOWEST: f32 = -87.3;
// @ts-ignore: decorator
@inline const HIGHEST: f32 = 88.3;
// @ts-ignore: decorator
@inline const ROUND: f32 = 12582912;

// @ts-ignore: decorator
@inline
function fused(p: v128, x: v128, c: f32): v128 {
  return f32x4.add(f32x4.mul(p, x), f32x4.splat(c)); // two roundings: there is no fused multiply-add here
}

/** e^x. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const low = f32x4.splat(LOWEST);
  const high = f32x4.splat(HIGHEST);
  const round = f32x4.splat(ROUND);
  let c = v128.bitselect(low, x, f32x4.lt(x, low));
  c = v128.bitselect(high, c, f32x4.gt(x, high));
  const n = f32x4.sub(f32x4.add(f32x4.mul(c, f32x4.splat(LOG2_E)), round), round);
  const r = f32x4.sub(
    f32x4.sub(c, f32x4.mul(n, f32x4.splat(LN2_HIGH))),
    f32x4.mul(n, f32x4.splat(LN2_LOW)),
  );
  let p = fused(f32x4.splat(1.98756915e-4), r, 1.3981999507e-3);
  p = fused(p, r, 8.3334519073e-3);
  p = fused(p, r, 4.1665795894e-2);
  p = fused(p, r, 1.6666665459e-1);
  p = fused(p, r, 5.0000001201e-1);
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(p, power);
}

/** 1 / (1 + e^-x). */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1);
  return f32x4.div(one, f32x4.add(one, exp4(f32x4.neg(x))));
}

/** tanh x. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const one = f32x4.splat(1);
  const size = f32x4.abs(x);
  const s = f32x4.mul(x, x);
  let p = fused(f32x4.splat(-5.70498872745e-3), s, 2.06390887954e-2);
  p = fused(p, s, -5.37397155531e-2);
  p = fused(p, s, 1.33314422036e-1);
  p = fused(p, s, -3.33332819422e-1);
  const small = f32x4.add(f32x4.mul(f32x4.mul(p, s), x), x);
  const t = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exp4(f32x4.add(size, size)), one)));
  const large = v128.bitselect(f32x4.neg(t), t, f32x4.lt(x, f32x4.splat(0)));
  return v128.bitselect(small, large, f32x4.lt(size, f32x4.splat(0.625)));
}
