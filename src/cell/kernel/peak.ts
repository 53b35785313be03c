/**
 * The most that this machine does in pairs of mul and add of four float32: `rounds` × 10 pairs on registers, each sum waiting for none
 * but itself.
 */
export function peak(rounds: i32, x: f32): f32 {
  const w = f32x4.splat(x);
  let a0 = w;
  let a1 = w;
  let a2 = w;
  let a3 = w;
  let a4 = w;
  let a5 = w;
  let a6 = w;
  let a7 = w;
  let a8 = w;
  let a9 = w;
  const k = w;
  for (let i = 0; i < rounds; i++) {
    a0 = f32x4.add(a0, f32x4.mul(k, w));
    a1 = f32x4.add(a1, f32x4.mul(k, a0));
    a2 = f32x4.add(a2, f32x4.mul(k, w));
    a3 = f32x4.add(a3, f32x4.mul(k, a2));
    a4 = f32x4.add(a4, f32x4.mul(k, w));
    a5 = f32x4.add(a5, f32x4.mul(k, a4));
    a6 = f32x4.add(a6, f32x4.mul(k, w));
    a7 = f32x4.add(a7, f32x4.mul(k, a6));
    a8 = f32x4.add(a8, f32x4.mul(k, w));
    a9 = f32x4.add(a9, f32x4.mul(k, a8));
  }
  const sum = f32x4.add(
    f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)),
    f32x4.add(f32x4.add(f32x4.add(a4, a5), f32x4.add(a6, a7)), f32x4.add(a8, a9)),
  );
  return f32x4.extract_lane(sum, 0);
}
