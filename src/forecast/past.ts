import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { cut } from './base.ts';
import { ringPlace } from './ring.ts';

/** Steps of the past that are kept of every channel: one day at a step of five minutes, and one more. */
export const PAST = 289;
/** The largest offset that a float32 holds, nearly. */
const LARGEST = 3e38;

/**
 * The last 289 values, or fewer, of each channel by step number, in Memory, as float32 offsets from the channel's anchor. A step at which it was
 * not observed holds the value before it.
 */
export class Past {
  readonly #memory: Memory;
  readonly #ring: number;
  readonly #slot;
  readonly #first;

  /** @param steps that are kept, at least 1 */
  constructor(memory: Memory, channels: number, steps = PAST) {
    this.#memory = memory;
    this.#ring = steps;
    this.#slot = memory.series('past', 'f32', steps * channels);
    this.#first = memory.series('past.first', 'f64', channels); // number of the first step at which it was observed; 0: none yet
  }

  /** Steps that are kept, and where: [channels][steps], and the number of each channel's first step. */
  get kept(): { readonly ring: number; readonly offsets: Slot; readonly first: Slot } {
    return { ring: this.#ring, offsets: this.#slot, first: this.#first };
  }

  /** Takes in the value of step `index`; `gap` steps after the one before (0: the series begins). */
  push(row: number, channel: number, index: number, gap: number, offset: number): void {
    const { f32, f64 } = this.#memory.view();
    const since = this.#first.at(row) + channel;
    if (f64[since] === 0) f64[since] = index;
    this.#hold(row, channel, index, gap, 1);
    f32[this.first(row, channel) + ringPlace(index, this.#ring)] = cut(offset, LARGEST);
  }

  /** Takes in that the channel was not observed at step `index`, `gap` steps after the one before. */
  hold(row: number, channel: number, index: number, gap: number): void {
    this.#hold(row, channel, index, gap, 0);
  }

  /** What stands at step index − gap is that of the steps after it, but for the newest `but`. */
  #hold(row: number, channel: number, index: number, gap: number, but: number): void {
    if (gap <= but) return;
    const { f32 } = this.#memory.view();
    const at = this.first(row, channel);
    const held = f32[at + ringPlace(index - gap, this.#ring)]!;
    for (let back = Math.min(gap, this.#ring) - 1; back >= but; back--)
      f32[at + ringPlace(index - back, this.#ring)] = held;
  }

  /** Steps from the first at which the channel was observed to step `now`, both included; 0: it never was. */
  age(row: number, channel: number, now: number): number {
    const first = this.#memory.view().f64[this.#first.at(row) + channel]!;
    return first === 0 ? 0 : now - first + 1;
  }

  /** Those of them that are kept. */
  known(row: number, channel: number, now: number): number {
    return Math.min(this.#ring, this.age(row, channel, now));
  }

  /** The value of step `index` less the anchor; it must be known. */
  offset(row: number, channel: number, index: number): number {
    return this.#memory.view().f32[this.first(row, channel) + ringPlace(index, this.#ring)]!;
  }

  /** Index in `view().f32` of a channel's ring, which holds the value of step `index` less the anchor at `ringPlace(index, PAST)`, where all are kept. */
  first(row: number, channel: number): number {
    return this.#slot.at(row) + channel * this.#ring;
  }

  /** The anchor has moved by `moved`. */
  rebase(row: number, channel: number, moved: number): void {
    const { f32 } = this.#memory.view();
    const at = this.first(row, channel);
    for (let i = at; i < at + this.#ring; i++) f32[i] = cut(f32[i]! - moved, LARGEST);
  }
}
