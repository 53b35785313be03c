import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { type Grid, intervalOf, startOf } from './grid.ts';

/** How the readings of a bucket become one value. */
export type Aggregate = 'mean' | 'last' | 'sum' | 'min' | 'max';

/** Why a reading cannot go into a bucket. */
export interface BucketRefusal {
  readonly reason: 'duplicate' | 'late';
  /** `one other than …` */
  readonly expected: string;
}

/** Receives interval k of a series and its values, [channels]; NaN: no reading of that channel. Valid during the call. */
export type PutOut = (k: number, values: Float64Array) => void;

/** A channel of a series: whether it has a reading, and the newest interval that it has one of. */
const CHANNEL = 2;
/** A channel of a bucket: number of readings, newest event time, and what they come to. */
const CELL = 3;

/**
 * The open buckets of each series, in Memory: the readings of one interval of the grid each, as a number for each channel.
 *
 * 1. A bucket comes out when every channel has a reading of a later interval, or when any has one of more than `wait` intervals later; at no
 *    other time: no clock has a say in it. So at most `wait` + 1 are open. One without a reading does not come out.
 * 2. Within the open buckets readings may come in any order; `last` is the one of the latest event time. Sums run in the order of arrival.
 * 3. A reading as old as the newest of a channel in its bucket is a duplicate, one that lies before the open buckets is late. (Of the other
 *    times in a bucket nothing is kept: a second reading of one of these counts as another.)
 */
export class Buckets {
  readonly #memory: Memory;
  readonly #grid: Grid;
  readonly #aggregate: Aggregate;
  readonly #channels: number;
  readonly #wait: number;
  /** [channels][CHANNEL], then [wait + 1][channels][CELL]. */
  readonly #slot: Slot;
  readonly #values: Float64Array;

  /** @param wait 0: the first reading of a later interval closes a bucket, whichever channel it is of */
  constructor(memory: Memory, grid: Grid, aggregate: Aggregate, channels: number, wait = 0) {
    this.#memory = memory;
    this.#grid = grid;
    this.#aggregate = aggregate;
    this.#channels = channels;
    this.#wait = wait;
    this.#slot = memory.series('align.bucket', 'f64', channels * (CHANNEL + (wait + 1) * CELL));
    this.#values = new Float64Array(channels);
  }

  /** The first interval of a series that is not closed; undefined where there was no reading. */
  open(row: number): number | undefined {
    const { f64 } = this.#memory.view();
    const at = this.#slot.at(row);
    let [slowest, newest] = [Infinity, -Infinity];
    for (let c = 0; c < this.#channels; c++) {
      const hasReading = f64[at + CHANNEL * c] === 1;
      const k = hasReading ? f64[at + CHANNEL * c + 1]! : -Infinity;
      slowest = Math.min(slowest, k);
      newest = Math.max(newest, k);
    }
    return newest === -Infinity ? undefined : Math.max(slowest, newest - this.#wait);
  }

  /**
   * Why a reading of this time cannot be taken in; undefined where it can.
   *
   * @param value holds its numbers from `from` on; NaN: the channel was not observed
   */
  refusal(row: number, time: number, value: Float64Array, from: number): BucketRefusal | undefined {
    const { f64 } = this.#memory.view();
    const k = intervalOf(time, this.#grid);
    const open = this.open(row);
    if (open !== undefined && k < open) {
      const start = startOf(open, this.#grid);
      return { reason: 'late', expected: `one from ${start} on, where the open bucket of its series begins` };
    }
    for (let c = 0; c < this.#channels; c++) {
      if (Number.isNaN(value[from + c]!)) continue;
      const cell = this.#cell(row, k, c); // may still hold an earlier interval, whose times are others
      if (f64[cell]! > 0 && f64[cell + 1] === time)
        return { reason: 'duplicate', expected: `one other than ${time}, the newest of its bucket` };
    }
    return undefined;
  }

  /**
   * Takes a reading in that nothing speaks against.
   *
   * @param value holds its numbers from `from` on; NaN: the channel was not observed
   * @param putOut is told of the buckets that it closes, in order
   */
  take(row: number, time: number, value: Float64Array, from: number, putOut: PutOut): void {
    const { f64 } = this.#memory.view();
    const at = this.#slot.at(row);
    const k = intervalOf(time, this.#grid);
    const before = this.open(row);
    for (let c = 0; c < this.#channels; c++) {
      if (Number.isNaN(value[from + c]!)) continue;
      const channel = at + CHANNEL * c;
      f64[channel + 1] = f64[channel] === 1 ? Math.max(f64[channel + 1]!, k) : k;
      f64[channel] = 1;
    }
    if (before !== undefined) {
      const end = Math.min(this.open(row)!, before + this.#wait + 1);
      for (let closed = before; closed < end; closed++) this.#close(row, closed, putOut);
    }
    for (let c = 0; c < this.#channels; c++) {
      const y = value[from + c]!;
      if (Number.isNaN(y)) continue;
      const cell = this.#cell(row, k, c);
      const count = f64[cell]!;
      const isNewest = count === 0 || time > f64[cell + 1]!;
      f64[cell] = count + 1;
      if (isNewest) f64[cell + 1] = time;
      f64[cell + 2] = count === 0 ? y : this.#joined(f64[cell + 2]!, y, isNewest);
    }
  }

  #joined(before: number, y: number, isNewest: boolean): number {
    switch (this.#aggregate) {
      case 'mean':
      case 'sum':
        return before + y;
      case 'min':
        return Math.min(before, y);
      case 'max':
        return Math.max(before, y);
      case 'last':
        return isNewest ? y : before;
    }
  }

  /** Puts interval k out, where it has a reading, and clears its place. */
  #close(row: number, k: number, putOut: PutOut): void {
    const { f64 } = this.#memory.view();
    let isEmpty = true;
    for (let c = 0; c < this.#channels; c++) {
      const cell = this.#cell(row, k, c);
      const count = f64[cell]!;
      const divisor = this.#aggregate === 'mean' ? count : 1;
      this.#values[c] = count > 0 ? f64[cell + 2]! / divisor : NaN;
      if (count > 0) isEmpty = false;
      f64.fill(0, cell, cell + CELL);
    }
    if (!isEmpty) putOut(k, this.#values);
  }

  /** Index of a channel's numbers in the bucket of interval k, which is open. */
  #cell(row: number, k: number, c: number): number {
    const length = this.#wait + 1;
    const place = ((k % length) + length) % length;
    return this.#slot.at(row) + this.#channels * CHANNEL + (place * this.#channels + c) * CELL;
  }
}
