import type { ScoredTarget, SeriesScore } from './series-score.ts';

/** Scored targets in a row that are drawn of a series. */
const STRETCH = 168;
/** Series of which a stretch is kept; the first that come. */
const SERIES = 200;
/** Stretches of time into which the course of the error is cut, at most. */
const BINS = 160;

/** Targets of a series that follow one another. */
export type Stretch = readonly ScoredTarget[];

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

/**
 * What the charts of a report need, bounded however long the data are: the last stretch of the first 200 series, and the course of
 * the errors over time, thinned as it grows.
 */
export class Curves {
  readonly #stretches = new Map<SeriesScore, Map<number, ScoredTarget[]>>();
  readonly #courses = new Map<number, Course>();

  /** Takes a target in; only those of the nearest and the farthest horizon are drawn. */
  add(series: SeriesScore, target: ScoredTarget): void {
    if (target.horizon !== series.horizons[0] && target.horizon !== series.horizons.at(-1)) return;
    const course = this.#courses.get(target.horizon) ?? new Course();
    this.#courses.set(target.horizon, course);
    course.add(target);
    if (!this.#stretches.has(series) && this.#stretches.size >= SERIES) return;
    const horizons = this.#stretches.get(series) ?? new Map<number, ScoredTarget[]>();
    this.#stretches.set(series, horizons);
    const stretch = horizons.get(target.horizon) ?? [];
    horizons.set(target.horizon, stretch);
    stretch.push(target);
    if (stretch.length >= 2 * STRETCH) stretch.splice(0, STRETCH);
  }

  /** The last targets of a series, h steps ahead; empty where none were kept. */
  stretch(
    { partition, series, channel }: Pick<SeriesScore, 'partition' | 'series' | 'channel'>,
    horizon: number,
  ): Stretch {
    for (const [score, horizons] of this.#stretches) {
      const isIt = score.partition === partition && score.series === series && score.channel === channel;
      if (isIt) return (horizons.get(horizon) ?? []).slice(-STRETCH);
    }
    return [];
  }

  /** How the errors of h steps ahead went, in order of time. */
  course(horizon: number): readonly Bin[] {
    return this.#courses.get(horizon)?.bins ?? [];
  }
}

/** Bins of equal length by time; all are made twice as long, two becoming one, whenever there are too many. */
class Course {
  #width = 1000;
  #bins = new Map<number, { count: number; error: number; last: number; bands: number; covered: number }>();

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

  #bin(key: number): { count: number; error: number; last: number; bands: number; covered: number } {
    const found = this.#bins.get(key) ?? { count: 0, error: 0, last: 0, bands: 0, covered: 0 };
    this.#bins.set(key, found);
    return found;
  }

  #halve(): void {
    const before = this.#bins;
    this.#width *= 2;
    this.#bins = new Map();
    for (const [key, { count, error, last, bands, covered }] of before) {
      const bin = this.#bin(Math.floor(key / 2));
      bin.count += count;
      bin.error += error;
      bin.last += last;
      bin.bands += bands;
      bin.covered += covered;
    }
  }
}
