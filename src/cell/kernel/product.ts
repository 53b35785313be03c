// z = b + v W over v = [first, second]: the sum runs over k in order, vectorised across columns and samples, never across k.
import { blockWidth, bytes } from './lanes';

/**
 * W is packed by blocks of 32, 16, 8 and 4 columns, each block [rows][columns of the block]. A block stays in the nearest cache while
 * all samples go through it, two at a time, so that they share what is read of it; one sample alone streams through all blocks.
 *
 * @param b `columns` numbers
 * @param z first sample's sums, of `columns` numbers, a multiple of 4; `zStride` bytes to the next sample's
 * @param first first sample's `firstCount` numbers, `stride` bytes to the next sample's; `second` likewise
 */
export function products(
  W: usize, b: usize, z: usize, zStride: usize, columns: i32,
  first: usize, firstCount: i32, second: usize, secondCount: i32, stride: usize, samples: i32,
): void {
  const rows = firstCount + secondCount;
  let left = columns;
  let w = W;
  let bias = b;
  let out = z;
  while (left > 0) {
    const width = blockWidth(left);
    let to = out;
    let v = first;
    let u = second;
    let s = 0;
    if (width >= 16) {
      for (; s + 1 < samples; s += 2) {
        for (let j = 0; j < width; j += 16) {
          const at = bytes(j);
          pairOf16(w + at, bytes(width), bias + at, to + at, zStride, v, firstCount, u, secondCount, stride);
        }
        to += 2 * zStride;
        v += 2 * stride;
        u += 2 * stride;
      }
    }
    for (; s < samples; s++) {
      if (width == 32) oneOf32(w, bias, to, v, firstCount, u, secondCount);
      else if (width == 16) oneOf16(w, bias, to, v, firstCount, u, secondCount);
      else if (width == 8) oneOf8(w, bias, to, v, firstCount, u, secondCount);
      else oneOf4(w, bias, to, v, firstCount, u, secondCount);
      to += zStride;
      v += stride;
      u += stride;
    }
    w += bytes(rows * width);
    bias += bytes(width);
    out += bytes(width);
    left -= width;
  }
}

/** 16 columns of two samples; `wide` bytes from one row of W to the next. */
function pairOf16(
  w: usize, wide: usize, b: usize, z: usize, zStride: usize,
  first: usize, firstCount: i32, second: usize, secondCount: i32, stride: usize,
): void {
  let a0 = v128.load(b, 0);
  let a1 = v128.load(b, 16);
  let a2 = v128.load(b, 32);
  let a3 = v128.load(b, 48);
  let b0 = a0;
  let b1 = a1;
  let b2 = a2;
  let b3 = a3;
  let v = first;
  for (let part = 0; part < 2; part++) {
    const end = v + bytes(part == 0 ? firstCount : secondCount);
    let other = v + stride;
    for (; v < end; v += 4) {
      const ka = v128.load32_splat(v);
      const kb = v128.load32_splat(other);
      const w0 = v128.load(w, 0);
      a0 = f32x4.add(a0, f32x4.mul(ka, w0));
      b0 = f32x4.add(b0, f32x4.mul(kb, w0));
      const w1 = v128.load(w, 16);
      a1 = f32x4.add(a1, f32x4.mul(ka, w1));
      b1 = f32x4.add(b1, f32x4.mul(kb, w1));
      const w2 = v128.load(w, 32);
      a2 = f32x4.add(a2, f32x4.mul(ka, w2));
      b2 = f32x4.add(b2, f32x4.mul(kb, w2));
      const w3 = v128.load(w, 48);
      a3 = f32x4.add(a3, f32x4.mul(ka, w3));
      b3 = f32x4.add(b3, f32x4.mul(kb, w3));
      w += wide;
      other += 4;
    }
    v = second;
  }
  v128.store(z, a0, 0);
  v128.store(z, a1, 16);
  v128.store(z, a2, 32);
  v128.store(z, a3, 48);
  const next = z + zStride;
  v128.store(next, b0, 0);
  v128.store(next, b1, 16);
  v128.store(next, b2, 32);
  v128.store(next, b3, 48);
}

function oneOf32(
  w: usize, b: usize, z: usize, first: usize, firstCount: i32, second: usize, secondCount: i32,
): void {
  let a0 = v128.load(b, 0);
  let a1 = v128.load(b, 16);
  let a2 = v128.load(b, 32);
  let a3 = v128.load(b, 48);
  let a4 = v128.load(b, 64);
  let a5 = v128.load(b, 80);
  let a6 = v128.load(b, 96);
  let a7 = v128.load(b, 112);
  let v = first;
  for (let part = 0; part < 2; part++) {
    const end = v + bytes(part == 0 ? firstCount : secondCount);
    // two rows a turn: a turn costs what it is to go round
    for (; v + 4 < end; v += 8) {
      const k = v128.load32_splat(v);
      a0 = f32x4.add(a0, f32x4.mul(k, v128.load(w, 0)));
      a1 = f32x4.add(a1, f32x4.mul(k, v128.load(w, 16)));
      a2 = f32x4.add(a2, f32x4.mul(k, v128.load(w, 32)));
      a3 = f32x4.add(a3, f32x4.mul(k, v128.load(w, 48)));
      a4 = f32x4.add(a4, f32x4.mul(k, v128.load(w, 64)));
      a5 = f32x4.add(a5, f32x4.mul(k, v128.load(w, 80)));
      a6 = f32x4.add(a6, f32x4.mul(k, v128.load(w, 96)));
      a7 = f32x4.add(a7, f32x4.mul(k, v128.load(w, 112)));
      const next = v128.load32_splat(v, 4);
      a0 = f32x4.add(a0, f32x4.mul(next, v128.load(w, 128)));
      a1 = f32x4.add(a1, f32x4.mul(next, v128.load(w, 144)));
      a2 = f32x4.add(a2, f32x4.mul(next, v128.load(w, 160)));
      a3 = f32x4.add(a3, f32x4.mul(next, v128.load(w, 176)));
      a4 = f32x4.add(a4, f32x4.mul(next, v128.load(w, 192)));
      a5 = f32x4.add(a5, f32x4.mul(next, v128.load(w, 208)));
      a6 = f32x4.add(a6, f32x4.mul(next, v128.load(w, 224)));
      a7 = f32x4.add(a7, f32x4.mul(next, v128.load(w, 240)));
      w += 256;
    }
    if (v < end) {
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
  v128.store(z, a0, 0);
  v128.store(z, a1, 16);
  v128.store(z, a2, 32);
  v128.store(z, a3, 48);
  v128.store(z, a4, 64);
  v128.store(z, a5, 80);
  v128.store(z, a6, 96);
  v128.store(z, a7, 112);
}

function oneOf16(
  w: usize, b: usize, z: usize, first: usize, firstCount: i32, second: usize, secondCount: i32,
): void {
  let a0 = v128.load(b, 0);
  let a1 = v128.load(b, 16);
  let a2 = v128.load(b, 32);
  let a3 = v128.load(b, 48);
  let v = first;
  for (let part = 0; part < 2; part++) {
    const end = v + bytes(part == 0 ? firstCount : secondCount);
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
  v128.store(z, a0, 0);
  v128.store(z, a1, 16);
  v128.store(z, a2, 32);
  v128.store(z, a3, 48);
}

function oneOf8(
  w: usize, b: usize, z: usize, first: usize, firstCount: i32, second: usize, secondCount: i32,
): void {
  let a0 = v128.load(b, 0);
  let a1 = v128.load(b, 16);
  let v = first;
  for (let part = 0; part < 2; part++) {
    const end = v + bytes(part == 0 ? firstCount : secondCount);
    for (; v < end; v += 4) {
      const k = v128.load32_splat(v);
      a0 = f32x4.add(a0, f32x4.mul(k, v128.load(w, 0)));
      a1 = f32x4.add(a1, f32x4.mul(k, v128.load(w, 16)));
      w += 32;
    }
    v = second;
  }
  v128.store(z, a0, 0);
  v128.store(z, a1, 16);
}

function oneOf4(
  w: usize, b: usize, z: usize, first: usize, firstCount: i32, second: usize, secondCount: i32,
): void {
  let a0 = v128.load(b);
  let v = first;
  for (let part = 0; part < 2; part++) {
    const end = v + bytes(part == 0 ? firstCount : secondCount);
    for (; v < end; v += 4) {
      a0 = f32x4.add(a0, f32x4.mul(v128.load32_splat(v), v128.load(w)));
      w += 16;
    }
    v = second;
  }
  v128.store(z, a0);
}
