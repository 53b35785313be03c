// A linear layer over samples, there and back: the loops of src/learn/linear.ts. y = b + h W, W packed [H][O], O padded to a multiple of 4.
import { biasGradient, transpose, weightGradient } from './gradient';
import { bytes, padded } from './lanes';
import { products } from './product';

/** Samples that go back together. */
const TOGETHER = 16;

/**
 * @param h [samples][H]
 * @param y [samples][O, padded], written
 */
export function linear(W: usize, b: usize, H: i32, O: i32, h: usize, y: usize, samples: i32): void {
  const columns = padded(O);
  products(W, b, y, bytes(columns), columns, h, H, h, 0, bytes(H), samples);
}

/**
 * dL/dh = W dL/dy, summed over the columns in order; dL/dW += Σ_s h_s dL/dy_s and dL/db, over the samples in order.
 *
 * @param dy [samples][O, padded with zeros]
 * @param dh [samples][H], written
 * @param T workspace of O × H numbers, H padded
 * @param zeros as many zeros as H, padded
 * @param out workspace of 16 × H numbers, padded, and no fewer than 32 × 32
 */
export function linearBack(
  W: usize, H: i32, O: i32, h: usize, dy: usize, dh: usize, gW: usize, gb: usize, samples: i32,
  T: usize, zeros: usize, out: usize,
): void {
  const columns = padded(O);
  const stride = bytes(columns);
  const outStride = bytes(padded(H));
  transpose(W, H, columns, 0, H, O, T, 0, O);
  for (let s = 0; s < samples; s += TOGETHER) {
    const count = min(TOGETHER, samples - s);
    const dy_s = dy + <usize>s * stride;
    products(T, zeros, out, outStride, padded(H), dy_s, O, dy_s, 0, stride, count);
    for (let i = 0; i < count; i++) memory.copy(dh + bytes((s + i) * H), out + <usize>i * outStride, bytes(H));
  }
  weightGradient(gW, H, columns, h, bytes(H), dy, stride, samples, out);
  biasGradient(gb, columns, dy, stride, samples);
}
