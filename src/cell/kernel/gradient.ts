// Gradients of a packed product, its transpose, and the optimiser.
import { blockWidth, bytes } from './lanes';

/** Samples that are gone through at a time, so that their part of dz stays in the nearest cache. */
const CHUNK = 64;

/**
 * G[k][j] += Σ_s v_s[k] dz_s[j], over the samples in order; G packed like the product of `rows` × `columns`.
 *
 * @param v first sample's v_0; `vStride` bytes to the next sample
 * @param dz first sample's dz_0; `dzStride` bytes to the next sample
 */
export function weightGradient(
  G: usize, rows: i32, columns: i32, v: usize, vStride: usize, dz: usize, dzStride: usize, samples: i32,
): void {
  for (let from = 0; from < samples; from += CHUNK) {
    const count = min(CHUNK, samples - from);
    let g = G;
    let column = dz + <usize>from * dzStride;
    const firstV = v + <usize>from * vStride;
    let left = columns;
    while (left > 0) {
      const width = blockWidth(left);
      for (let k = 0; k < rows; k++) {
        let vk = firstV + bytes(k);
        let d = column;
        if (width == 32) {
          let a0 = v128.load(g, 0);
          let a1 = v128.load(g, 16);
          let a2 = v128.load(g, 32);
          let a3 = v128.load(g, 48);
          let a4 = v128.load(g, 64);
          let a5 = v128.load(g, 80);
          let a6 = v128.load(g, 96);
          let a7 = v128.load(g, 112);
          for (let s = 0; s < count; s++) {
            const w = v128.load32_splat(vk);
            a0 = f32x4.add(a0, f32x4.mul(w, v128.load(d, 0)));
            a1 = f32x4.add(a1, f32x4.mul(w, v128.load(d, 16)));
            a2 = f32x4.add(a2, f32x4.mul(w, v128.load(d, 32)));
            a3 = f32x4.add(a3, f32x4.mul(w, v128.load(d, 48)));
            a4 = f32x4.add(a4, f32x4.mul(w, v128.load(d, 64)));
            a5 = f32x4.add(a5, f32x4.mul(w, v128.load(d, 80)));
            a6 = f32x4.add(a6, f32x4.mul(w, v128.load(d, 96)));
            a7 = f32x4.add(a7, f32x4.mul(w, v128.load(d, 112)));
            vk += vStride;
            d += dzStride;
          }
          v128.store(g, a0, 0);
          v128.store(g, a1, 16);
          v128.store(g, a2, 32);
          v128.store(g, a3, 48);
          v128.store(g, a4, 64);
          v128.store(g, a5, 80);
          v128.store(g, a6, 96);
          v128.store(g, a7, 112);
        } else {
          for (let j = 0; j < width; j += 4) {
            let a = v128.load(g + bytes(j));
            let vj = vk;
            let dj = d + bytes(j);
            for (let s = 0; s < count; s++) {
              a = f32x4.add(a, f32x4.mul(v128.load32_splat(vj), v128.load(dj)));
              vj += vStride;
              dj += dzStride;
            }
            v128.store(g + bytes(j), a);
          }
        }
        g += bytes(width);
      }
      column += bytes(width);
      left -= width;
    }
  }
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

/** Σ g² in float64, by four partial sums (index modulo 4), added pairwise. `n` a multiple of 4. */
export function sumOfSquares(g: usize, n: i32): f64 {
  let a = f64x2.splat(0);
  let b = f64x2.splat(0);
  for (let i = 0; i < n; i += 4) {
    const x = v128.load(g + bytes(i));
    const low = f64x2.promote_low_f32x4(x);
    const high = f64x2.promote_low_f32x4(v128.shuffle<f32>(x, x, 2, 3, 2, 3));
    a = f64x2.add(a, f64x2.mul(low, low));
    b = f64x2.add(b, f64x2.mul(high, high));
  }
  return (
    f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1) + (f64x2.extract_lane(b, 0) + f64x2.extract_lane(b, 1))
  );
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
