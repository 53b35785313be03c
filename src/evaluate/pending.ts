import type { IssuedRow } from './issued-rows.ts';

/** The forecasts of one series whose targets are still to come: a ring by step number, as long as the farthest horizon. */
export class Pending {
  readonly #steps: readonly number[];
  readonly #length: number;
  /** [length] step number of the origin; 0 where there is none. */
  readonly #index: Float64Array;
  /** [length] event time of the origin, ms. */
  readonly time: Float64Array;
  /** [length] the newest value at the origin, and the mean of all values up to it. */
  readonly last: Float64Array;
  readonly mean: Float64Array;
  /** [length × steps] */
  readonly yhat: Float64Array;
  readonly lo: Float64Array;
  readonly hi: Float64Array;

  /** @param steps ahead that are kept, ascending */
  constructor(steps: readonly number[]) {
    this.#steps = steps;
    this.#length = steps.at(-1)! + 1;
    this.#index = new Float64Array(this.#length);
    this.time = new Float64Array(this.#length);
    this.last = new Float64Array(this.#length);
    this.mean = new Float64Array(this.#length);
    this.yhat = new Float64Array(this.#length * steps.length);
    this.lo = new Float64Array(this.#length * steps.length);
    this.hi = new Float64Array(this.#length * steps.length);
  }

  /** The farthest horizon. */
  get reach(): number {
    return this.#length - 1;
  }

  /** Place of the origin `index`; -1 where nothing was forecast at it. */
  find(index: number): number {
    if (index <= 0) return -1;
    const place = index % this.#length;
    return this.#index[place] === index ? place : -1;
  }

  /** Keeps the forecasts of a row; `last` is the newest value, `mean` that of all values up to it. */
  add({ index, time, horizons, yhat, lo, hi }: IssuedRow, last: number, mean: number): void {
    const place = index % this.#length;
    this.#index[place] = index;
    this.time[place] = time;
    this.last[place] = last;
    this.mean[place] = mean;
    const steps = this.#steps;
    for (let s = 0, j = 0; s < steps.length; s++) {
      while (horizons[j] !== steps[s]) j++;
      const to = place * steps.length + s;
      this.yhat[to] = yhat[j]!;
      this.lo[to] = lo[j]!;
      this.hi[to] = hi[j]!;
    }
  }
}
