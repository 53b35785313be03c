import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';

/** How the readings of a bucket become one value. */
export type Aggregate = 'mean' | 'last' | 'sum' | 'min' | 'max';

/** A regular grid, anchored at 1970-01-01T00:00Z + offset; both whole ms. */
export interface Grid {
  readonly every: number;
  readonly offset: number;
}

/** Why a reading cannot go into a bucket. */
export interface BucketRefusal {
  readonly reason: 'duplicate' | 'late';
  /** `one other than …` */
  readonly expected: string;
}

/** Columns of the rows that come out. */
export interface BucketRows {
  /** [n] start of the bucket, ms. */
  readonly time: Float64Array;
  /** [n × channels] NaN for a channel that was not observed in the interval. */
  readonly value: Float64Array;
}

/** Numbers of a bucket before those of its channels, and of each channel. */
const HEAD = 3;
const WIDTH = 2;

/**
 * The open bucket of each series, in Memory: the readings of one interval [k × every, (k + 1) × every) of the grid, as a number for each
 * channel. It comes out when the series' first reading of a later bucket comes, and at no other time: no clock has a say in it.
 *
 * 1. Within the open bucket readings may come in any order; `last` is the one of the latest event time. Sums run in the order of arrival.
 * 2. Each channel is of the readings in which it was observed.
 * 3. A reading as old as the newest of its series is a duplicate, one that lies before the open bucket is late. (Of the other times in the
 *    bucket nothing is kept: a second reading of one of these counts as another.)
 */
export class Buckets {
  readonly #memory: Memory;
  readonly #grid: Grid;
  readonly #aggregate: Aggregate;
  readonly #channels: number;
  /**
   * Number of readings (0: there was none yet), start of the bucket, newest event time; then of each channel what its readings come to
   * (NaN: there was none yet), and how many they are or, for `last`, the event time of the latest.
   */
  readonly #slot: Slot;

  constructor(memory: Memory, grid: Grid, aggregate: Aggregate, channels: number) {
    this.#memory = memory;
    this.#grid = grid;
    this.#aggregate = aggregate;
    this.#channels = channels;
    this.#slot = memory.series('align.bucket', 'f64', HEAD + WIDTH * channels);
  }

  /** Why a reading of this time cannot be taken in; undefined where it can. */
  refusal(row: number, time: number): BucketRefusal | undefined {
    const { f64 } = this.#memory.view();
    const at = this.#slot.at(row);
    if (f64[at] === 0) return undefined;
    const [start, newest] = [f64[at + 1]!, f64[at + 2]!];
    if (time === newest)
      return { reason: 'duplicate', expected: `one other than ${newest}, the newest of its series` };
    if (time < start)
      return { reason: 'late', expected: `one from ${start} on, where the open bucket of its series begins` };
    return undefined;
  }

  /**
   * Takes a reading in that nothing speaks against.
   *
   * @param value holds its numbers from `from` on
   * @param out receives the bucket before as row i, where this reading is the first of a later one
   * @returns whether that is so
   */
  take(row: number, time: number, value: Float64Array, from: number, out: BucketRows, i: number): boolean {
    const { f64 } = this.#memory.view();
    const at = this.#slot.at(row);
    const start = startOf(time, this.#grid);
    const isNew = f64[at] === 0 || start > f64[at + 1]!;
    const closes = isNew && f64[at]! > 0;
    if (closes) this.#putOut(f64, at, out, i);
    f64[at] = isNew ? 1 : f64[at]! + 1;
    f64[at + 1] = start;
    if (isNew || time > f64[at + 2]!) f64[at + 2] = time;
    for (let c = 0; c < this.#channels; c++) {
      const place = at + HEAD + WIDTH * c;
      if (isNew) f64[place] = NaN;
      const y = value[from + c]!;
      if (!Number.isNaN(y)) this.#join(f64, place, y, time);
    }
    return closes;
  }

  /** Takes a channel's number into what stands at `at`. */
  #join(f64: Float64Array, at: number, y: number, time: number): void {
    const isLast = this.#aggregate === 'last';
    const [before, of] = [f64[at]!, f64[at + 1]!];
    if (Number.isNaN(before)) {
      f64[at] = y;
      f64[at + 1] = isLast ? time : 1;
      return;
    }
    if (isLast && time <= of) return;
    f64[at] = this.#joined(before, y);
    f64[at + 1] = isLast ? time : of + 1;
  }

  #joined(before: number, y: number): number {
    switch (this.#aggregate) {
      case 'mean':
      case 'sum':
        return before + y;
      case 'min':
        return Math.min(before, y);
      case 'max':
        return Math.max(before, y);
      case 'last':
        return y;
    }
  }

  #putOut(f64: Float64Array, at: number, { time, value }: BucketRows, i: number): void {
    time[i] = f64[at + 1]!;
    for (let c = 0; c < this.#channels; c++) {
      const place = at + HEAD + WIDTH * c;
      const divisor = this.#aggregate === 'mean' ? f64[place + 1]! : 1;
      value[i * this.#channels + c] = f64[place]! / divisor;
    }
  }
}

/** Start of the bucket that an instant lies in, exactly. */
function startOf(time: number, { every, offset }: Grid): number {
  const start = Math.floor((time - offset) / every) * every + offset;
  // the difference, just below a whole step, may have been rounded up to it
  return start > time ? start - every : start;
}
