import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { ringPlace } from './ring.ts';

/**
 * The forecasts that are still to come true, in Memory: what `forecast` wrote at earlier steps and `score`, `detect` and `learn`
 * read when their targets arrive. A ring by step number, long enough for the farthest horizon.
 */
export class Issued {
  readonly horizon: number;
  readonly channels: number;
  readonly #memory: Memory;
  readonly #stamp: Slot;
  readonly #yhat: Slot;
  readonly #band: Slot;
  readonly #outer: Slot;

  constructor(memory: Memory, channels: number, horizon: number) {
    this.#memory = memory;
    this.horizon = horizon;
    this.channels = channels;
    const ring = horizon + 1;
    this.#stamp = memory.series('issued.index', 'f64', ring);
    this.#yhat = memory.series('issued.yhat', 'f64', ring * channels * horizon);
    this.#band = memory.series('issued.band', 'f64', ring * channels * horizon * 2);
    this.#outer = memory.series('issued.outer', 'f64', ring * channels * 2);
  }

  /** Place of step `index` in the ring. */
  place(index: number): number {
    return ringPlace(index, this.horizon + 1);
  }

  /** Opens the place of step `index`. */
  stamp(row: number, index: number): void {
    this.#memory.view().f64[this.#stamp.at(row) + this.place(index)] = index;
  }

  /** Whether forecasts were issued at step `index` and are still kept. */
  has(row: number, index: number): boolean {
    return index > 0 && this.#memory.view().f64[this.#stamp.at(row) + this.place(index)] === index;
  }

  /** Index in `view().f64` of ŷ for horizon h (1 …), issued at step `index`; the horizons lie side by side. */
  yhat(row: number, index: number, channel: number, h: number): number {
    return this.#yhat.at(row) + (this.place(index) * this.channels + channel) * this.horizon + h - 1;
  }

  /** Index in `view().f64` of the 90 % band (lo, hi) for horizon h, issued at step `index`; the horizons lie side by side. */
  band(row: number, index: number, channel: number, h: number): number {
    return this.#band.at(row) + ((this.place(index) * this.channels + channel) * this.horizon + h - 1) * 2;
  }

  /** Index in `view().f64` of the 99 % band (lo, hi) one step ahead, issued at step `index`. */
  outer(row: number, index: number, channel: number): number {
    return this.#outer.at(row) + (this.place(index) * this.channels + channel) * 2;
  }
}
