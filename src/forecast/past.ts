import type { Memory } from '../memory/memory.ts';
import { ringPlace } from './ring.ts';

/** Steps of the past that are kept of every channel: one day at a step of five minutes, and one more. */
export const PAST = 289;

/**
 * The last 289 values of each channel by step number, in Memory. A step without a reading holds the value before it.
 */
export class Past {
  readonly #memory: Memory;
  readonly #slot;
  readonly #first;

  constructor(memory: Memory, channels: number) {
    this.#memory = memory;
    this.#slot = memory.series('past', 'f64', PAST * channels);
    this.#first = memory.series('past.first', 'f64'); // the oldest step number that is known
  }

  /** Takes in the value of step `index`; `gap` steps after the one before (0: the series begins). */
  push(row: number, channel: number, index: number, gap: number, value: number): void {
    const { f64 } = this.#memory.view();
    const at = this.#slot.at(row) + channel * PAST;
    if (gap === 0) f64[this.#first.at(row)] = index;
    if (gap > 1) {
      const held = f64[at + ringPlace(index - gap, PAST)]!;
      for (let back = Math.min(gap, PAST) - 1; back > 0; back--)
        f64[at + ringPlace(index - back, PAST)] = held;
    }
    f64[at + ringPlace(index, PAST)] = value;
  }

  /** The value at step `index`; `otherwise` when it is not known any more or yet. */
  value(row: number, channel: number, index: number, now: number, otherwise: number): number {
    const { f64 } = this.#memory.view();
    if (index <= now - PAST || index < f64[this.#first.at(row)]!) return otherwise;
    return f64[this.#slot.at(row) + channel * PAST + ringPlace(index, PAST)]!;
  }
}
