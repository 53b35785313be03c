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
