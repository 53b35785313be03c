import { accumulate } from '../cell/accumulate.ts';

const f = Math.fround;

/** A linear layer: y = b + h W. */
export interface Linear {
  /** [H][O] */
  readonly W: Float32Array;
  /** [O] */
  readonly b: Float32Array;
}

/**
 * y of each sample, summed over k in order: the plain loops that the kernel's `linear` is held against.
 *
 * @param h [samples][H]
 * @returns [samples][O]
 */
export function linear({ W, b }: Linear, h: Float32Array): Float32Array {
  const O = b.length;
  const H = W.length / O;
  const samples = h.length / H;
  const y = new Float32Array(samples * O);
  for (let s = 0; s < samples; s++) {
    const own = y.subarray(s * O, (s + 1) * O);
    own.set(b);
    accumulate(own, O, h, s * H, H, W, 0);
  }
  return y;
}

/**
 * The way back: dL/dh = W dL/dy, summed over the outputs in order; adds Σ_s h_s dL/dy_s and Σ_s dL/dy_s to the gradients, over the
 * samples in order.
 *
 * @param dy [samples][O]
 * @returns dL/dh [samples][H]
 */
export function linearBack(
  { W }: Linear,
  h: Float32Array,
  dy: Float32Array,
  gradients: Linear,
): Float32Array {
  const O = gradients.b.length;
  const H = W.length / O;
  const samples = h.length / H;
  const dh = new Float32Array(h.length);
  for (let s = 0; s < samples; s++) {
    for (let k = 0; k < H; k++) {
      let sum = 0;
      for (let j = 0; j < O; j++) sum = f(sum + f(dy[s * O + j]! * W[k * O + j]!));
      dh[s * H + k] = sum;
      for (let j = 0; j < O; j++) {
        const at = k * O + j;
        gradients.W[at] = f(gradients.W[at]! + f(h[s * H + k]! * dy[s * O + j]!));
      }
    }
    for (let j = 0; j < O; j++) gradients.b[j] = f(gradients.b[j]! + dy[s * O + j]!);
  }
  return dh;
}
