// The optimiser: the operations of src/learn/adam.ts in their order.
import { bytes } from './lanes';

/** Σ g² in float64, by eight partial sums (index modulo 8), added pairwise. `n` a multiple of 4. */
export function sumOfSquares(g: usize, n: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  let c = f64x2.splat(0);
  let d = f64x2.splat(0);
  let i = 0;
  for (; i + 4 < n; i += 8) {
    a = f64x2.add(a, squares(v128.load64_zero(g + bytes(i), 0)));
    b = f64x2.add(b, squares(v128.load64_zero(g + bytes(i), 8)));
    c = f64x2.add(c, squares(v128.load64_zero(g + bytes(i), 16)));
    d = f64x2.add(d, squares(v128.load64_zero(g + bytes(i), 24)));
  }
  if (i < n) {
    a = f64x2.add(a, squares(v128.load64_zero(g + bytes(i), 0)));
    b = f64x2.add(b, squares(v128.load64_zero(g + bytes(i), 8)));
  }
  return both(a) + both(b) + (both(c) + both(d));
}

// @ts-ignore: decorator
@inline
function squares(two: v128): v128 {
  const x = f64x2.promote_low_f32x4(two);
  return f64x2.mul(x, x);
}

// @ts-ignore: decorator
@inline
function both(sums: v128): f64 {
  return f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
}

/** The operations of src/learn/adam.ts on n parameters, n a multiple of 4; leaves the gradients at zero. */
export function adam(
  p: usize, g: usize, m: usize, v: usize, n: i32,
  clip: f32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, rate: f32, root2: f32, epsilon: f32, keep: f32,
): void {
  const c = f32x4.splat(clip);
  const b1 = f32x4.splat(beta1);
  const b2 = f32x4.splat(beta2);
  const r1 = f32x4.splat(rest1);
  const r2 = f32x4.splat(rest2);
  const lr = f32x4.splat(rate);
  const root = f32x4.splat(root2);
  const eps = f32x4.splat(epsilon);
  const kept = f32x4.splat(keep);
  const zero = f32x4.splat(0);
  for (let i = 0; i < n; i += 4) {
    const at = bytes(i);
    const grad = f32x4.mul(v128.load(g + at), c);
    const m1 = f32x4.add(f32x4.mul(b1, v128.load(m + at)), f32x4.mul(r1, grad));
    const v1 = f32x4.add(f32x4.mul(b2, v128.load(v + at)), f32x4.mul(r2, f32x4.mul(grad, grad)));
    v128.store(m + at, m1);
    v128.store(v + at, v1);
    const denominator = f32x4.add(f32x4.mul(f32x4.sqrt(v1), root), eps);
    const step = f32x4.div(f32x4.mul(lr, m1), denominator);
    v128.store(p + at, f32x4.sub(f32x4.mul(v128.load(p + at), kept), step));
    v128.store(g + at, zero);
  }
}
