import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { PRIOR_OF_TIMES, rarityOfTime, SIZES, trackSize } from './rarity.ts';

/** Of a series: time of its last settled reading (0: none), and the gaps until then. */
const SETTLED = 1 + SIZES;
/** Before the times of readings that are not settled: how many there are, and how many readings are settled. */
const HEAD = 2;

/**
 * The gaps between the readings of each series where some come late, in Memory, apart from the images of a row. A reading is settled when none before it is
 * taken in any more; until then its time waits in its place among the others. So what is known of the gaps is a function of the readings, in whatever order
 * they came.
 */
export class SettledGaps {
  readonly #memory: Memory;
  readonly #capacity: number;
  /** [SETTLED] */
  readonly #settled: Slot;
  /** [HEAD + capacity] ascending */
  readonly #waiting: Slot;

  /** @param capacity most readings of a series that wait; beyond it the oldest is settled at once */
  constructor(memory: Memory, capacity: number) {
    this.#memory = memory;
    this.#capacity = capacity;
    this.#settled = memory.apart('silence', 'f64', SETTLED);
    this.#waiting = memory.apart('silence.waiting', 'f64', HEAD + capacity);
  }

  /** Takes a reading in, of a series whose change has been announced. */
  take(row: number, time: number): void {
    if (this.#count(row) === this.#capacity) {
      const [oldest] = this.#times(row);
      if (time < oldest!) return this.#takeGap(row, time);
      this.#settleOldest(row);
    }
    const times = this.#times(row);
    const later = times.findIndex((other) => other > time);
    const place = later < 0 ? times.length : later;
    const { f64 } = this.#memory.view();
    const first = this.#waiting.at(row) + HEAD;
    f64.copyWithin(first + place + 1, first + place, first + times.length);
    f64[first + place] = time;
    f64[first - HEAD]!++;
  }

  /** Settles what has come of a series until this time. */
  settle(row: number, until: number): void {
    while (this.first(row) <= until) {
      this.#memory.touch(row);
      this.#settleOldest(row);
    }
  }

  /** Time of the first reading that waits; Infinity: none does. */
  first(row: number): number {
    return this.#count(row) === 0 ? Infinity : this.#times(row)[0]!;
  }

  /** Time of a series' newest reading by this time; −Infinity: there is none. */
  newest(row: number, time: number): number {
    const waiting = this.#times(row).findLast((one) => one <= time);
    if (waiting !== undefined) return waiting;
    const settled = this.#memory.view().f64[this.#settled.at(row)]!;
    return settled === 0 ? -Infinity : settled;
  }

  /** Readings of a series that are settled. */
  readings(row: number): number {
    return this.#memory.view().f64[this.#waiting.at(row) + 1]!;
  }

  /** How rare it is, by the settled gaps, that nothing comes for so long, ms. */
  rarity(row: number, gap: number): number {
    return rarityOfTime(this.#memory.view().f64, this.#settled.at(row) + 1, gap);
  }

  #count(row: number): number {
    return this.#memory.view().f64[this.#waiting.at(row)]!;
  }

  /** A view of the times that wait. */
  #times(row: number): Float64Array {
    const first = this.#waiting.at(row) + HEAD;
    return this.#memory.view().f64.subarray(first, first + this.#count(row));
  }

  #settleOldest(row: number): void {
    const times = this.#times(row);
    this.#takeGap(row, times[0]!);
    times.copyWithin(0, 1);
    times[times.length - 1] = 0;
    this.#memory.view().f64[this.#waiting.at(row)]!--;
  }

  #takeGap(row: number, time: number): void {
    const { f64 } = this.#memory.view();
    const at = this.#settled.at(row);
    const last = f64[at]!;
    f64[this.#waiting.at(row) + 1]!++;
    // only where fewer readings wait than come in a grace
    if (last !== 0 && time <= last) return;
    if (last !== 0) trackSize(f64, at + 1, time - last, PRIOR_OF_TIMES);
    f64[at] = time;
  }
}
