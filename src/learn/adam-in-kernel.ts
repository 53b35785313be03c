import type { KernelExports } from '../cell/kernel-exports.ts';
import type { AdamFactors } from './adam.ts';
import type { Trainable } from './trainable.ts';

/** One update of a layer where it lies: the kernel's `adam`, whose bits are those of `adam`. */
export function adamInKernel(
  { adam }: Pick<KernelExports, 'adam'>,
  { parameters, gradients, m, v, count }: Pick<Trainable, 'parameters' | 'gradients' | 'm' | 'v' | 'count'>,
  clip: number,
  { beta1, beta2, rest1, rest2, rate, root2, epsilon, keep }: AdamFactors,
): void {
  adam(parameters, gradients, m, v, count, clip, beta1, beta2, rest1, rest2, rate, root2, epsilon, keep);
}

/** Σ g² of all gradients of these layers, by the kernel's `sumOfSquares`, one layer after the other. */
export function squaresOf(
  { sumOfSquares }: Pick<KernelExports, 'sumOfSquares'>,
  layers: readonly Trainable[],
): number {
  return layers.reduce((sum, { gradients, count }) => sum + sumOfSquares(gradients, count), 0);
}

/** Leaves the gradients of these layers at zero. */
export function dropGradients(f32: Float32Array, layers: readonly Trainable[]): void {
  for (const { gradients, count } of layers) f32.fill(0, gradients / 4, gradients / 4 + count);
}
