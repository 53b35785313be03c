import type { PairedSeries } from './paired-series.ts';
import type { StretchErrors } from './resample.ts';

const DAY = 86_400_000;

/**
 * The stretches of time that the errors of all series are summed over: days, or twice as long and so on, where a series has more than it keeps, or a forecast
 * reaches farther than one.
 *
 * @param reach the longest time from a forecast to its target, ms
 * @returns their length in ms, and the number of each that has a target, ascending
 */
export function commonStretches(
  series: readonly PairedSeries[],
  reach: number,
): { readonly width: number; readonly stretches: readonly number[] } {
  const all = series.flatMap((one) => one.horizons.map((horizon) => one.at(horizon)!.days));
  let width = all.reduce((widest, days) => Math.max(widest, days.width), DAY);
  while (width < reach) width *= 2;
  const found = new Set<number>();
  for (const days of all) for (const { stretch } of days.stretches(width)) found.add(stretch);
  return { width, stretches: [...found].toSorted((a, b) => a - b) };
}

/** Σ|e| of A and of another side, by horizon, series and stretch. */
export function stretchErrors(
  series: readonly PairedSeries[],
  horizons: readonly number[],
  stretches: readonly number[],
  width: number,
  side: number,
): readonly (readonly StretchErrors[])[] {
  const placeOf = new Map(stretches.map((stretch, i) => [stretch, i]));
  return horizons.map((horizon) =>
    series.flatMap((one) => {
      const found = one.at(horizon);
      if (!found) return [];
      const a = new Float64Array(stretches.length);
      const other = new Float64Array(stretches.length);
      for (const { stretch, errors } of found.days.stretches(width)) {
        a[placeOf.get(stretch)!] = errors[0]!;
        other[placeOf.get(stretch)!] = errors[side]!;
      }
      return [{ a, other }];
    }),
  );
}
