import { Kernel } from '../cell/kernel.ts';
import type { KernelExports } from '../cell/kernel-exports.ts';
import type { Memory } from '../memory/memory.ts';
import type { Plan } from './plan.ts';

/** Float64 that the kernel may read beyond the last. */
const BEYOND = 3;

/**
 * Where numbers lie on their way to the kernel and back, as byte offsets in the arena. They mean something within one channel of one
 * reading; the place is shared by all that use the arena and may move when it grows: ask anew for each frame.
 */
export class Workspace {
  readonly #kernel: Kernel;
  readonly #toMoved: number;
  readonly #toPlaces: number;
  readonly #toWork: number;

  /**
   * @param experts those that say a movement
   * @param features the most features of a readout
   */
  constructor(memory: Memory, { horizons }: Plan, experts: number, features: number) {
    const Q = horizons.length;
    this.#kernel = Kernel.of(memory.arena);
    this.#toMoved = 8 * (experts * Q + BEYOND);
    this.#toPlaces = this.#toMoved + 8 * (Q + BEYOND);
    this.#toWork = this.#toPlaces + 8 * Q;
    this.#kernel.reserve(this.#toWork + 8 * 2 * (features + 2 * BEYOND));
  }

  /** The kernel's functions. */
  get kernel(): KernelExports {
    return this.#kernel.exports;
  }

  /** [experts][Q] float64: what the experts say, in units. */
  get moves(): number {
    return this.#kernel.workspace;
  }

  /** [Q] float64: how far the series has moved to each horizon, in units; NaN where no target has come. */
  get moved(): number {
    return this.#kernel.workspace + this.#toMoved;
  }

  /** [Q] i32: place in the rings of the step that each target was forecast at. */
  get places(): number {
    return this.#kernel.workspace + this.#toPlaces;
  }

  /** 2 (d + 6) float64 that a readout computes with. */
  get work(): number {
    return this.#kernel.workspace + this.#toWork;
  }
}
