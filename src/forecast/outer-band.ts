import { Kernel } from '../cell/kernel.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { startOf, tailOf } from './band.ts';
import type { Plan } from './plan.ts';

/** Coverage of the outer band: what `detect` holds readings against. */
export const OUTER_LEVEL = 0.99;

/**
 * The outer band of each series and channel at the nearest horizon, in Memory. Its errors are those of the other bands there, and so are their
 * sizes: the kernel tells it beside them and, before they take in an error, moves it as `trackReach` does.
 */
export class OuterBand {
  /** [channels][2] float32: u and l. */
  readonly reach: Slot;
  /** Byte offset of the tail and the start of its level. */
  readonly level: number;

  constructor(memory: Memory, { channels }: Plan) {
    this.reach = memory.series('band.outer.reach', 'f32', 2 * channels);
    this.level = Kernel.of(memory.arena).keep(Float64Array.of(tailOf(OUTER_LEVEL), startOf(OUTER_LEVEL)));
  }
}
