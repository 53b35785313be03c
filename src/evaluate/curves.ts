import { type Bin, Course } from './course.ts';
import type { ScoredTarget, SeriesScore } from './series-score.ts';

/** Scored targets in a row that are drawn of a series. */
const STRETCH = 168;
/** Series of which a stretch is kept; the first that come. */
const SERIES = 200;

/** Targets of a series that follow one another. */
export type Stretch = readonly ScoredTarget[];

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
