import { geometricMean } from '../metrics.ts';
import type { PairedSeries } from './paired-series.ts';

/** Series that are told of on either end. */
const MOST = 10;

/** How the errors of another side are to those of A in one series. */
export interface SeriesRatio {
  readonly series: string;
  /** '' for series of one number. */
  readonly channel: string;
  readonly partition: number;
  /** Geometric mean over the horizons. */
  readonly ratio: number;
  /** Targets, all horizons together. */
  readonly count: number;
}

/** The series of which a side is better than A most, and worse most. */
export function seriesRatios(
  series: readonly PairedSeries[],
  horizons: readonly number[],
  side: number,
): { readonly improved: readonly SeriesRatio[]; readonly worsened: readonly SeriesRatio[] } {
  const all = series
    .flatMap((one) => {
      const sums = horizons.flatMap((horizon) => one.at(horizon)?.sums ?? []);
      const ratio = geometricMean(
        horizons.map((horizon) => {
          const found = one.at(horizon)?.sums;
          return found && found[0]!.error > 0 ? found[side]!.error / found[0]!.error : null;
        }),
      );
      const { series: name, channel, partition } = one;
      const count =
        sums.reduce((total, each) => total + each.count, 0) / one.at(one.horizons[0]!)!.sums.length;
      return ratio === null ? [] : [{ series: name, channel, partition, ratio, count }];
    })
    .toSorted((a, b) => a.ratio - b.ratio);
  return {
    improved: all.filter(({ ratio }) => ratio < 1).slice(0, MOST),
    worsened: all
      .filter(({ ratio }) => ratio > 1)
      .toReversed()
      .slice(0, MOST),
  };
}
