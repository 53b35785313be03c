import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';

/** Numbers of a block under way and of the one before: readings, sum, highest, lowest, centre, mean, extreme, blocks. */
const WIDTH = 8;

/**
 * Mean and extreme of each channel's readings, `length` at a time, one block after the other.
 *
 * The centre follows the means of the blocks, half of the way at each; the extreme is the highest or the lowest reading of a block,
 * whichever is farther from it.
 */
export class Blocks {
  readonly #memory: Memory;
  readonly #length: number;
  readonly #slot: Slot;

  /** @param length readings of a block, at least 1 */
  constructor(memory: Memory, name: string, channels: number, length: number) {
    this.#memory = memory;
    this.#length = length;
    this.#slot = memory.series(name, 'f64', WIDTH * channels);
  }

  /** Takes a finite reading in; true where it is the last of its block, so that `mean` and `extreme` are of it. */
  take(row: number, channel: number, x: number): boolean {
    const { f64 } = this.#memory.view();
    const at = this.#slot.at(row) + channel * WIDTH;
    const isFirst = f64[at] === 0;
    const readings = f64[at]! + 1;
    const sum = f64[at + 1]! + x;
    const high = isFirst ? x : Math.max(f64[at + 2]!, x);
    const low = isFirst ? x : Math.min(f64[at + 3]!, x);
    if (readings < this.#length) {
      f64[at] = readings;
      f64[at + 1] = sum;
      f64[at + 2] = high;
      f64[at + 3] = low;
      return false;
    }
    const mean = sum / readings;
    const centre = f64[at + 7] === 0 ? mean : (f64[at + 4]! + mean) / 2;
    f64[at] = 0;
    f64[at + 1] = 0;
    f64[at + 4] = centre;
    f64[at + 5] = mean;
    f64[at + 6] = high - centre >= centre - low ? high : low;
    f64[at + 7]!++;
    return true;
  }

  /** Mean of the newest whole block. */
  mean(row: number, channel: number): number {
    return this.#memory.view().f64[this.#slot.at(row) + channel * WIDTH + 5]!;
  }

  /** Its reading that is farthest from the centre. */
  extreme(row: number, channel: number): number {
    return this.#memory.view().f64[this.#slot.at(row) + channel * WIDTH + 6]!;
  }

  /** Whole blocks so far. */
  count(row: number, channel: number): number {
    return this.#memory.view().f64[this.#slot.at(row) + channel * WIDTH + 7]!;
  }
}
