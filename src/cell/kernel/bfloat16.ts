// bfloat16: the operations of src/maths/bfloat16.ts on four numbers at once.
import { narrowed } from './lanes';

/** The one NaN that is stored. */
const NAN: i32 = 0x7fc0;

/** Four float32 from as many of four bfloat16 as belong to the numbers they are part of; the other lanes are 0. */
// @ts-ignore: decorator
@inline
export function loadHalves(from: usize, lanes: i32): v128 {
  if (lanes >= 4) return i32x4.shl(v128.load16x4_u(from), 16);
  let x = i32x4.splat(0);
  x = i32x4.replace_lane(x, 0, <i32>load<u16>(from));
  if (lanes > 1) x = i32x4.replace_lane(x, 1, <i32>load<u16>(from, 2));
  if (lanes > 2) x = i32x4.replace_lane(x, 2, <i32>load<u16>(from, 4));
  return i32x4.shl(x, 16);
}

/** The float32 that a bfloat16 stands for, as float64. */
// @ts-ignore: decorator
@inline
export function loadHalf(from: usize): f64 {
  return <f64>reinterpret<f32>(<u32>load<u16>(from) << 16);
}

/** The bfloat16 nearest to each of four float32, ties to even, as integers. */
// @ts-ignore: decorator
@inline
export function halvesOf(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1));
  const nearest = i32x4.shr_u(i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd), 16);
  return v128.bitselect(nearest, i32x4.splat(NAN), f32x4.eq(x, x));
}

/** Stores the bfloat16 of as many of four float32 as belong to the numbers they are part of. */
// @ts-ignore: decorator
@inline
export function storeHalves(to: usize, x: v128, lanes: i32): void {
  const halves = halvesOf(x);
  if (lanes >= 4) {
    v128.store64_lane(to, i16x8.narrow_i32x4_u(halves, halves), 0);
    return;
  }
  store<u16>(to, <u16>i32x4.extract_lane(halves, 0));
  if (lanes > 1) store<u16>(to, <u16>i32x4.extract_lane(halves, 1), 2);
  if (lanes > 2) store<u16>(to, <u16>i32x4.extract_lane(halves, 2), 4);
}

/** n float64 as bfloat16. Reads up to 24 bytes beyond the last. */
export function packHalves(from: usize, to: usize, n: i32): void {
  for (let i = 0; i < n; i += 4) {
    const at = from + ((<usize>i) << 3);
    storeHalves(to + ((<usize>i) << 1), narrowed(v128.load(at), v128.load(at, 16)), n - i);
  }
}
