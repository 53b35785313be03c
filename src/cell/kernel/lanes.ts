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

/** Columns of the next block of a packed product: the widest of 32, 16, 8, 4 that fits. */
// @ts-ignore: decorator
@inline
export function blockWidth(left: i32): i32 {
  return left >= 32 ? 32 : left >= 16 ? 16 : left >= 8 ? 8 : 4;
}
