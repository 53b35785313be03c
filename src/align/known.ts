import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { type Grid, intervalOf, startOf } from './grid.ts';

/** Names of the slots. */
const STAMP = 'align.known.interval';
const VALUE = 'align.known.value';

/** What is known of the time of each row and of the steps after it. */
export interface KnownAhead {
  /** K, channels that are known ahead; they are the last of the frame's. */
  readonly channels: number;
  /** Steps ahead that are kept. */
  readonly ahead: number;
  /** [n × K × (ahead + 1)] the value at h = 0, 1, …, ahead steps from the row, as it was known when the row came out; NaN: it was not. */
  readonly value: Float64Array;
}

/** Why a reading cannot be kept. */
export interface KnownRefusal {
  readonly reason: 'late' | 'early';
  /** `one from … on` */
  readonly expected: string;
}

/**
 * What is known ahead of each series, in Memory: of every interval of a grid one number for each of K channels, in a ring.
 *
 * 1. A later record of the same interval and channel takes the place of an earlier one: a newer forecast of the same time.
 * 2. From the first interval that is not closed on, `ahead` + `wait` further ones are kept. What lies before is late, what lies after is early.
 * 3. While nothing of the series has been observed, there is no such interval: the newest are kept.
 */
export class Known {
  readonly channels: number;
  readonly ahead: number;
  readonly #memory: Memory;
  readonly #grid: Grid;
  readonly #ring: number;
  /** [ring] the interval that a place holds, by `stampOf`; 0: none. */
  readonly #stamp: Slot;
  /** [ring][K] NaN: not known. */
  readonly #value: Slot;

  /**
   * @param channels K
   * @param wait intervals that rows wait for
   */
  constructor(memory: Memory, grid: Grid, channels: number, ahead: number, wait: number) {
    this.#memory = memory;
    this.#grid = grid;
    this.channels = channels;
    this.ahead = ahead;
    this.#ring = ahead + wait + 1;
    this.#stamp = memory.series(STAMP, 'f64', this.#ring);
    this.#value = memory.series(VALUE, 'f64', this.#ring * channels);
  }

  /**
   * Why a reading of this time cannot be kept; undefined where it can.
   *
   * @param open the first interval of the series that is not closed; undefined where nothing has been observed
   */
  refusal(row: number, time: number, open: number | undefined): KnownRefusal | undefined {
    const k = intervalOf(time, this.#grid);
    const stamp = this.#memory.view().f64[this.#stamp.at(row) + this.#place(k)]!;
    const oldest = open ?? (stamp === 0 ? k : intervalAt(stamp));
    if (k < oldest) return { reason: 'late', expected: `one from ${startOf(oldest, this.#grid)} on` };
    if (open === undefined || k < open + this.#ring) return undefined;
    const end = startOf(open + this.#ring, this.#grid);
    return { reason: 'early', expected: `one before ${end}, as far ahead as join.ahead keeps` };
  }

  /**
   * Keeps a reading that nothing speaks against.
   *
   * @param value holds its numbers from `from` on, [K]; NaN: it is not of that channel
   */
  take(row: number, time: number, value: Float64Array, from: number): void {
    const { f64 } = this.#memory.view();
    const k = intervalOf(time, this.#grid);
    const place = this.#place(k);
    const at = this.#value.at(row) + place * this.channels;
    for (let c = 0; c < this.channels; c++) {
      const y = value[from + c]!;
      if (Number.isNaN(y)) continue;
      if (f64[this.#stamp.at(row) + place] !== stampOf(k)) f64.fill(NaN, at, at + this.channels);
      f64[this.#stamp.at(row) + place] = stampOf(k);
      f64[at + c] = y;
    }
  }

  /** What is known of interval k; NaN: nothing. */
  value(row: number, channel: number, k: number): number {
    const { f64 } = this.#memory.view();
    const place = this.#place(k);
    if (f64[this.#stamp.at(row) + place] !== stampOf(k)) return NaN;
    return f64[this.#value.at(row) + place * this.channels + channel]!;
  }

  #place(k: number): number {
    return ((k % this.#ring) + this.#ring) % this.#ring;
  }
}

/** Interval k as a number that is never 0, which is what new rows of Memory hold. */
function stampOf(k: number): number {
  return k < 0 ? k : k + 1;
}

function intervalAt(stamp: number): number {
  return stamp < 0 ? stamp : stamp - 1;
}

/** K, how many channels the series of this Memory know ahead: what a stage `align` that was built before has asked for. */
export function knownChannels(memory: Memory): number {
  const [stamp, value] = [memory.seriesSlot(STAMP), memory.seriesSlot(VALUE)];
  return stamp && value ? value.width / stamp.width : 0;
}
