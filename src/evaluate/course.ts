import type { ScoredTarget } from './series-score.ts';

/** Stretches of time into which the course of the error is cut, at most. */
const BINS = 160;

/** What happened in one stretch of time, over all series. Errors are in usual moves of their series. */
export interface Bin {
  /** Beginning and length, ms. */
  readonly time: number;
  readonly width: number;
  readonly count: number;
  /** Σ|e|, and that of the last value. */
  readonly error: number;
  readonly last: number;
  readonly bands: number;
  readonly covered: number;
}

type Sums = Omit<{ -readonly [K in keyof Bin]: number }, 'time' | 'width'>;

/** Bins of equal length by time; all are made twice as long, two becoming one, whenever there are too many. */
export class Course {
  #width = 1000;
  #bins = new Map<number, Sums>();

  get bins(): readonly Bin[] {
    return [...this.#bins]
      .toSorted(([a], [b]) => a - b)
      .map(([key, sums]) => ({ time: key * this.#width, width: this.#width, ...sums }));
  }

  add({ time, y, yhat, lo, hi, last, usualMove }: ScoredTarget): void {
    if (!(usualMove > 0)) return;
    const bin = this.#bin(Math.floor(time / this.#width));
    bin.count++;
    bin.error += Math.abs(y - yhat) / usualMove;
    bin.last += Math.abs(y - last) / usualMove;
    if (!Number.isNaN(lo)) {
      bin.bands++;
      if (y >= lo && y <= hi) bin.covered++;
    }
    while (this.#bins.size > BINS) this.#halve();
  }

  /** Takes in all that another has. */
  addAll(other: Course): void {
    while (this.#width < other.#width) this.#halve();
    for (const { time, width: _, ...sums } of other.bins)
      addSums(this.#bin(Math.floor(time / this.#width)), sums);
    while (this.#bins.size > BINS) this.#halve();
  }

  #bin(key: number): Sums {
    const found = this.#bins.get(key) ?? { count: 0, error: 0, last: 0, bands: 0, covered: 0 };
    this.#bins.set(key, found);
    return found;
  }

  #halve(): void {
    const before = this.#bins;
    this.#width *= 2;
    this.#bins = new Map();
    for (const [key, sums] of before) addSums(this.#bin(Math.floor(key / 2)), sums);
  }
}

function addSums(to: Sums, sums: Sums): void {
  to.count += sums.count;
  to.error += sums.error;
  to.last += sums.last;
  to.bands += sums.bands;
  to.covered += sums.covered;
}
