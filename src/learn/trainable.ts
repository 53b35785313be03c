/** What an optimiser keeps of each parameter: itself, its gradient and the two moments. */
export type Block = 'parameters' | 'gradients' | 'm' | 'v';

/** A layer whose parameters, gradients and moments lie in the arena, each as one block of `count` float32 in the kernel's order. */
export interface Trainable extends Readonly<Record<Block, number>> {
  /** A multiple of 4. */
  readonly count: number;
  /** A block in the order of the layer's weights. */
  read(block: Block): { readonly W: Float32Array; readonly b: Float32Array };
  write(block: Block, numbers: { readonly W: Float32Array; readonly b: Float32Array }): void;
}
