// exp, sigmoid and tanh of four float32 at once: the operations of src/maths/float32.ts in their order, so the bits are equal.

// The constants lie in memory, each four times: reading one is one instruction, where a constant in the code takes three.
const CONSTANTS = memory.data<f32>(
  [
    1, 1, 1, 1,
    -87.3, -87.3, -87.3, -87.3, // lowest
    88.3, 88.3, 88.3, 88.3, // highest
    12582912, 12582912, 12582912, 12582912, // 1.5 × 2^23 rounds
    1.4426950216293335, 1.4426950216293335, 1.4426950216293335, 1.4426950216293335, // 1 / ln 2
    0.693359375, 0.693359375, 0.693359375, 0.693359375, // ln 2, high and low
    -2.1219444e-4, -2.1219444e-4, -2.1219444e-4, -2.1219444e-4,
    1.98756915e-4, 1.98756915e-4, 1.98756915e-4, 1.98756915e-4,
    1.3981999507e-3, 1.3981999507e-3, 1.3981999507e-3, 1.3981999507e-3,
    8.3334519073e-3, 8.3334519073e-3, 8.3334519073e-3, 8.3334519073e-3,
    4.1665795894e-2, 4.1665795894e-2, 4.1665795894e-2, 4.1665795894e-2,
    1.6666665459e-1, 1.6666665459e-1, 1.6666665459e-1, 1.6666665459e-1,
    5.0000001201e-1, 5.0000001201e-1, 5.0000001201e-1, 5.0000001201e-1,
    -5.70498872745e-3, -5.70498872745e-3, -5.70498872745e-3, -5.70498872745e-3,
    2.06390887954e-2, 2.06390887954e-2, 2.06390887954e-2, 2.06390887954e-2,
    -5.37397155531e-2, -5.37397155531e-2, -5.37397155531e-2, -5.37397155531e-2,
    1.33314422036e-1, 1.33314422036e-1, 1.33314422036e-1, 1.33314422036e-1,
    -3.33332819422e-1, -3.33332819422e-1, -3.33332819422e-1, -3.33332819422e-1,
    0.625, 0.625, 0.625, 0.625,
    2, 2, 2, 2,
  ],
  16,
);

/** The i-th of them. */
// @ts-ignore: decorator
@inline
function constant(i: usize): v128 {
  return v128.load(CONSTANTS + (i << 4));
}

/** p x + the i-th constant; two roundings: there is no fused multiply-add here. */
// @ts-ignore: decorator
@inline
function horner(p: v128, x: v128, i: usize): v128 {
  return f32x4.add(f32x4.mul(p, x), constant(i));
}

/** e^x. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const c = f32x4.pmin(f32x4.pmax(x, constant(1)), constant(2));
  const shifted = f32x4.add(f32x4.mul(c, constant(4)), constant(3));
  const n = f32x4.sub(shifted, constant(3));
  const r = f32x4.sub(f32x4.sub(c, f32x4.mul(n, constant(5))), f32x4.mul(n, constant(6)));
  let p = horner(constant(7), r, 8);
  p = horner(p, r, 9);
  p = horner(p, r, 10);
  p = horner(p, r, 11);
  p = horner(p, r, 12);
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), constant(0));
  // the low bits of `shifted` are those of the integer n; 1 as a float32 is the exponent's bias
  return f32x4.mul(p, i32x4.add(i32x4.shl(shifted, 23), constant(0)));
}

/** 1 / (1 + e^-x). */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  return f32x4.div(constant(0), f32x4.add(constant(0), exp4(f32x4.neg(x))));
}

/** tanh x. */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const s = f32x4.mul(x, x);
  let p = horner(constant(13), s, 14);
  p = horner(p, s, 15);
  p = horner(p, s, 16);
  p = horner(p, s, 17);
  const small = f32x4.add(f32x4.mul(f32x4.mul(p, s), x), x);
  const t = f32x4.sub(constant(0), f32x4.div(constant(19), f32x4.add(exp4(f32x4.add(size, size)), constant(0))));
  const large = v128.or(t, v128.and(x, i32x4.splat(0x80000000))); // with the sign of x
  return v128.bitselect(small, large, f32x4.lt(size, constant(18)));
}

/** 1 - x */
// @ts-ignore: decorator
@inline
export function oneMinus(x: v128): v128 {
  return f32x4.sub(f32x4.splat(1), x);
}
