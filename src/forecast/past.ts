import type { Memory } from '../memory/memory.ts';
import { cut } from './base.ts';
import { ringPlace } from './ring.ts';

/** Steps of the past that are kept of every channel: one day at a step of five minutes, and one more. */
export const PAST = 289;
/** The largest offset that a float32 holds, nearly. */
const LARGEST = 3e38;

/**
 * The last 289 values of each channel by step number, in Memory, as float32 offsets from the channel's anchor. A step without a
 * reading holds the value before it.
 */
export class Past {
  readonly #memory: Memory;
  readonly #slot;
  readonly #first;

  constructor(memory: Memory, channels: number) {
    this.#memory = memory;
    this.#slot = memory.series('past', 'f32', PAST * channels);
    this.#first = memory.series('past.first', 'f64'); // the oldest step number that is known
  }

  /** Takes in the value of step `index`; `gap` steps after the one before (0: the series begins). */
  push(row: number, channel: number, index: number, gap: number, offset: number): void {
    const { f32, f64 } = this.#memory.view();
    const at = this.#slot.at(row) + channel * PAST;
    if (gap === 0) f64[this.#first.at(row)] = index;
    if (gap > 1) {
      const held = f32[at + ringPlace(index - gap, PAST)]!;
      for (let back = Math.min(gap, PAST) - 1; back > 0; back--)
        f32[at + ringPlace(index - back, PAST)] = held;
    }
    f32[at + ringPlace(index, PAST)] = cut(offset, LARGEST);
  }

  /** Steps of the past that are known at step `now`, itself included. */
  known(row: number, now: number): number {
    return Math.min(PAST, now - this.#memory.view().f64[this.#first.at(row)]! + 1);
  }

  /** The value of step `index` less the anchor; it must be known. */
  offset(row: number, channel: number, index: number): number {
    return this.#memory.view().f32[this.#slot.at(row) + channel * PAST + ringPlace(index, PAST)]!;
  }

  /** The anchor has moved by `moved`. */
  rebase(row: number, channel: number, moved: number): void {
    const { f32 } = this.#memory.view();
    const at = this.#slot.at(row) + channel * PAST;
    for (let i = at; i < at + PAST; i++) f32[i] = cut(f32[i]! - moved, LARGEST);
  }
}
