// Gradients of a packed product, and its transpose.
import { blockWidth, bytes } from './lanes';

/** Samples that are gone through at a time, so that their part of dz stays in the nearest cache. */
const CHUNK = 32;

/**
 * G[k][j] += Σ_s v_s[k] dz_s[j], over the samples in order; G packed like the product of `rows` × `columns`.
 *
 * @param v first sample's v_0; `vStride` bytes to the next sample
 * @param dz first sample's dz_0; `dzStride` bytes to the next sample
 * @param panel workspace of 32 × 32 numbers, into which a block's columns of dz are gathered: they would share few sets of the cache
 */
export function weightGradient(
  G: usize, rows: i32, columns: i32, v: usize, vStride: usize, dz: usize, dzStride: usize, samples: i32, panel: usize,
): void {
  for (let from = 0; from < samples; from += CHUNK) {
    const count = min(CHUNK, samples - from);
    const firstV = v + <usize>from * vStride;
    let g = G;
    let column = dz + <usize>from * dzStride;
    let left = columns;
    while (left > 0) {
      const width = blockWidth(left);
      const wide = bytes(width);
      for (let s = 0; s < count; s++) {
        const own = column + <usize>s * dzStride;
        const to = panel + <usize>s * wide;
        for (let at: usize = 0; at < wide; at += 16) v128.store(to + at, v128.load(own + at));
      }
      let k = 0;
      if (width >= 16) {
        for (; k + 1 < rows; k += 2) {
          for (let at: usize = 0; at < wide; at += 64) {
            pairOfRows(g + at, wide, firstV + bytes(k), vStride, panel + at, count);
          }
          g += 2 * wide;
        }
      }
      for (; k < rows; k++) {
        for (let at: usize = 0; at < wide; at += 16) {
          let a = v128.load(g + at);
          let vk = firstV + bytes(k);
          let d = panel + at;
          for (let s = 0; s < count; s++) {
            a = f32x4.add(a, f32x4.mul(v128.load32_splat(vk), v128.load(d)));
            vk += vStride;
            d += wide;
          }
          v128.store(g + at, a);
        }
        g += wide;
      }
      column += wide;
      left -= width;
    }
  }
}

/** 16 columns of two rows of G. */
function pairOfRows(g: usize, wide: usize, v: usize, vStride: usize, panel: usize, count: i32): void {
  const next = g + wide;
  let a0 = v128.load(g, 0);
  let a1 = v128.load(g, 16);
  let a2 = v128.load(g, 32);
  let a3 = v128.load(g, 48);
  let b0 = v128.load(next, 0);
  let b1 = v128.load(next, 16);
  let b2 = v128.load(next, 32);
  let b3 = v128.load(next, 48);
  let d = panel;
  for (let s = 0; s < count; s++) {
    const va = v128.load32_splat(v, 0);
    const vb = v128.load32_splat(v, 4);
    const d0 = v128.load(d, 0);
    a0 = f32x4.add(a0, f32x4.mul(va, d0));
    b0 = f32x4.add(b0, f32x4.mul(vb, d0));
    const d1 = v128.load(d, 16);
    a1 = f32x4.add(a1, f32x4.mul(va, d1));
    b1 = f32x4.add(b1, f32x4.mul(vb, d1));
    const d2 = v128.load(d, 32);
    a2 = f32x4.add(a2, f32x4.mul(va, d2));
    b2 = f32x4.add(b2, f32x4.mul(vb, d2));
    const d3 = v128.load(d, 48);
    a3 = f32x4.add(a3, f32x4.mul(va, d3));
    b3 = f32x4.add(b3, f32x4.mul(vb, d3));
    v += vStride;
    d += wide;
  }
  v128.store(g, a0, 0);
  v128.store(g, a1, 16);
  v128.store(g, a2, 32);
  v128.store(g, a3, 48);
  v128.store(next, b0, 0);
  v128.store(next, b1, 16);
  v128.store(next, b2, 32);
  v128.store(next, b3, 48);
}

/** b[j] += Σ_s dz_s[j] over the samples in order; `columns` a multiple of 4. */
export function biasGradient(b: usize, columns: i32, dz: usize, dzStride: usize, samples: i32): void {
  for (let j = 0; j < columns; j += 4) {
    let a = v128.load(b + bytes(j));
    let d = dz + bytes(j);
    for (let s = 0; s < samples; s++) {
      a = f32x4.add(a, v128.load(d));
      d += dzStride;
    }
    v128.store(b + bytes(j), a);
  }
}

/**
 * The transpose of some rows of a packed product, packed for a product whose sum runs over the columns of the first.
 *
 * @param W packed [allRows][columns]; `columns` the padded number
 * @param first the first row that is taken, `count` of them
 * @param T packed [columnsTaken][count, padded to 4]; rows from `rowAt` on of `rowsOfT` in each block are written
 * @param taken columns of W that are taken (without padding)
 */
export function transpose(
  W: usize, allRows: i32, columns: i32, first: i32, count: i32, taken: i32, T: usize, rowAt: i32, rowsOfT: i32,
): void {
  let to = T;
  let left = (count + 3) & ~3;
  let k0 = first;
  const end = first + count;
  while (left > 0) {
    const wide = blockWidth(left);
    let from = W;
    let j0 = 0;
    while (j0 < taken) {
      const width = blockWidth(columns - j0);
      for (let k = 0; k < wide; k += 4) {
        for (let j = 0; j < width && j0 + j < taken; j += 4) {
          const at = from + bytes((k0 + k) * width + j);
          const zero = f32x4.splat(0);
          const r0 = k0 + k < end ? v128.load(at) : zero;
          const r1 = k0 + k + 1 < end ? v128.load(at + bytes(width)) : zero;
          const r2 = k0 + k + 2 < end ? v128.load(at + bytes(2 * width)) : zero;
          const r3 = k0 + k + 3 < end ? v128.load(at + bytes(3 * width)) : zero;
          const lo01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
          const hi01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
          const lo23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
          const hi23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
          const out = to + bytes((rowAt + j0 + j) * wide + k);
          const more = taken - j0 - j;
          v128.store(out, v128.shuffle<f32>(lo01, lo23, 0, 1, 4, 5));
          if (more > 1) v128.store(out + bytes(wide), v128.shuffle<f32>(lo01, lo23, 2, 3, 6, 7));
          if (more > 2) v128.store(out + bytes(2 * wide), v128.shuffle<f32>(hi01, hi23, 0, 1, 4, 5));
          if (more > 3) v128.store(out + bytes(3 * wide), v128.shuffle<f32>(hi01, hi23, 2, 3, 6, 7));
        }
      }
      from += bytes(allRows * width);
      j0 += width;
    }
    to += bytes(rowsOfT * wide);
    k0 += wide;
    left -= wide;
  }
}
