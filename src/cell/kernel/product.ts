// z = b + v W over v = [first, second]: the sum runs over k in order, vectorised across columns, never across k.

/**
 * W is packed by blocks of 32, 16, 8 and 4 columns, each block [rows][columns of the block]: one row alone streams through it.
 * `b` and `z` hold `columns` numbers, a multiple of 4.
 */
export function product(
  W: usize,
  b: usize,
  z: usize,
  columns: i32,
  first: usize,
  firstCount: i32,
  second: usize,
  secondCount: i32,
): void {
  let left = columns;
  let w = W;
  let bias = b;
  let out = z;
  while (left >= 32) {
    let a0 = v128.load(bias, 0);
    let a1 = v128.load(bias, 16);
    let a2 = v128.load(bias, 32);
    let a3 = v128.load(bias, 48);
    let a4 = v128.load(bias, 64);
    let a5 = v128.load(bias, 80);
    let a6 = v128.load(bias, 96);
    let a7 = v128.load(bias, 112);
    let v = first;
    for (let part = 0; part < 2; part++) {
      const end = v + ((<usize>(part == 0 ? firstCount : secondCount)) << 2);
      for (; v < end; v += 4) {
        const k = v128.load32_splat(v);
        a0 = f32x4.add(a0, f32x4.mul(k, v128.load(w, 0)));
        a1 = f32x4.add(a1, f32x4.mul(k, v128.load(w, 16)));
        a2 = f32x4.add(a2, f32x4.mul(k, v128.load(w, 32)));
        a3 = f32x4.add(a3, f32x4.mul(k, v128.load(w, 48)));
        a4 = f32x4.add(a4, f32x4.mul(k, v128.load(w, 64)));
        a5 = f32x4.add(a5, f32x4.mul(k, v128.load(w, 80)));
        a6 = f32x4.add(a6, f32x4.mul(k, v128.load(w, 96)));
        a7 = f32x4.add(a7, f32x4.mul(k, v128.load(w, 112)));
        w += 128;
      }
      v = second;
    }
    v128.store(out, a0, 0);
    v128.store(out, a1, 16);
    v128.store(out, a2, 32);
    v128.store(out, a3, 48);
    v128.store(out, a4, 64);
    v128.store(out, a5, 80);
    v128.store(out, a6, 96);
    v128.store(out, a7, 112);
    bias += 128;
    out += 128;
    left -= 32;
  }
  if (left >= 16) {
    let a0 = v128.load(bias, 0);
    let a1 = v128.load(bias, 16);
    let a2 = v128.load(bias, 32);
    let a3 = v128.load(bias, 48);
    let v = first;
    for (let part = 0; part < 2; part++) {
      const end = v + ((<usize>(part == 0 ? firstCount : secondCount)) << 2);
      for (; v < end; v += 4) {
        const k = v128.load32_splat(v);
        a0 = f32x4.add(a0, f32x4.mul(k, v128.load(w, 0)));
        a1 = f32x4.add(a1, f32x4.mul(k, v128.load(w, 16)));
        a2 = f32x4.add(a2, f32x4.mul(k, v128.load(w, 32)));
        a3 = f32x4.add(a3, f32x4.mul(k, v128.load(w, 48)));
        w += 64;
      }
      v = second;
    }
    v128.store(out, a0, 0);
    v128.store(out, a1, 16);
    v128.store(out, a2, 32);
    v128.store(out, a3, 48);
    bias += 64;
    out += 64;
    left -= 16;
  }
  if (left >= 8) {
    let a0 = v128.load(bias, 0);
    let a1 = v128.load(bias, 16);
    let v = first;
    for (let part = 0; part < 2; part++) {
      const end = v + ((<usize>(part == 0 ? firstCount : secondCount)) << 2);
      for (; v < end; v += 4) {
        const k = v128.load32_splat(v);
        a0 = f32x4.add(a0, f32x4.mul(k, v128.load(w, 0)));
        a1 = f32x4.add(a1, f32x4.mul(k, v128.load(w, 16)));
        w += 32;
      }
      v = second;
    }
    v128.store(out, a0, 0);
    v128.store(out, a1, 16);
    bias += 32;
    out += 32;
    left -= 8;
  }
  if (left >= 4) {
    let a0 = v128.load(bias);
    let v = first;
    for (let part = 0; part < 2; part++) {
      const end = v + ((<usize>(part == 0 ? firstCount : secondCount)) << 2);
      for (; v < end; v += 4) {
        a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(v), v128.load(w)));
        w += 16;
      }
      v = second;
    }
    v128.store(out, a0);
  }
}
