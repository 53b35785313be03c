/** Stores what of a vector belongs to the H numbers it is part of: a tail must not run into what lies behind. */
// @ts-ignore: decorator
@inline
export function storeLanes(to: usize, value: v128, lanes: i32): void {
  if (lanes >= 4) {
    v128.store(to, value);
    return;
  }
  f32.store(to, f32x4.extract_lane(value, 0));
  if (lanes > 1) f32.store(to, f32x4.extract_lane(value, 1), 4);
  if (lanes > 2) f32.store(to, f32x4.extract_lane(value, 2), 8);
}

/** n rounded up to a multiple of 4. */
// @ts-ignore: decorator
@inline
export function padded(n: i32): i32 {
  return (n + 3) & ~3;
}

/** Bytes of n float32. */
// @ts-ignore: decorator
@inline
export function bytes(n: i32): usize {
  return (<usize>n) << 2;
}

/** Bytes of n float64. */
// @ts-ignore: decorator
@inline
export function wide(n: i32): usize {
  return (<usize>n) << 3;
}

/** Columns of the next block of a packed product: the widest of 32, 16, 8, 4 that fits. */
// @ts-ignore: decorator
@inline
export function blockWidth(left: i32): i32 {
  return left >= 32 ? 32 : left >= 16 ? 16 : left >= 8 ? 8 : 4;
}

/** Loads what of four float32 belongs to the numbers they are part of; the other lanes are 0. */
// @ts-ignore: decorator
@inline
export function loadLanes(from: usize, lanes: i32): v128 {
  if (lanes >= 4) return v128.load(from);
  if (lanes == 1) return v128.load32_zero(from);
  const two = v128.load64_zero(from);
  return lanes == 2 ? two : v128.load32_lane(from, two, 2, 8);
}

/** The first two of four float32, as float64. */
// @ts-ignore: decorator
@inline
export function low(x: v128): v128 {
  return f64x2.promote_low_f32x4(x);
}

/** The last two of four float32, as float64. */
// @ts-ignore: decorator
@inline
export function high(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i64>(x, x, 1, 1));
}

/** Two and two float64 as four float32. */
// @ts-ignore: decorator
@inline
export function narrowed(first: v128, second: v128): v128 {
  return v128.shuffle<i64>(f32x4.demote_f64x2_zero(first), f32x4.demote_f64x2_zero(second), 0, 2);
}
