import type { ForecastColumns, ReadingColumns } from './history.ts';

/** How the forecasts of one horizon have done over time, in stretches of equal length; columns of equal length, ascending in time. */
export interface Quality {
  /** The horizon as it is tagged, e.g. `06`. */
  readonly h: string;
  /** The middle of each stretch in which a forecast has come due, ms. */
  readonly time: number[];
  /** Mean absolute error of the forecasts that came due, in the series' units. */
  readonly error: number[];
  /** The same of repeating the value from when they were made; NaN where that is not in the window. */
  readonly naive: number[];
  /** Share that the band held, 0..1; NaN where there was no band. */
  readonly coverage: number[];
  readonly targets: number[];
}

/** Targets that a stretch has on average, at least, and the most stretches. */
const LEAST = 12;
const MOST = 60;

interface Sums {
  targets: number;
  error: number;
  naive: number;
  naiveTargets: number;
  bands: number;
  held: number;
}

/**
 * Holds what was forecast against what came. Null where nothing has come due.
 *
 * @param step the usual distance between two readings, ms: a forecast of h steps was made so much before its target
 */
export function qualityOf(
  { time, value }: ReadingColumns,
  { h, time: targets, yhat, lo, hi }: ForecastColumns,
  step: number | null,
): Quality | null {
  const known = new Map(time.map((t, i) => [t, value[i]!]));
  const due = [...targets.keys()].filter((i) => known.has(targets[i]!));
  const [first, last] = [targets[due[0] ?? 0]!, targets[due.at(-1) ?? 0]!];
  if (due.length === 0) return null;
  const stretches = Math.max(1, Math.min(MOST, Math.floor(due.length / LEAST)));
  const width = Math.max(1, (last - first) / stretches);
  const ahead = Number(h) * (step ?? NaN);
  const sums = Array.from({ length: stretches }, (): Sums => ({
    targets: 0,
    error: 0,
    naive: 0,
    naiveTargets: 0,
    bands: 0,
    held: 0,
  }));
  for (const i of due) {
    const at = targets[i]!;
    const actual = known.get(at)!;
    const sum = sums[Math.min(stretches - 1, Math.floor((at - first) / width))]!;
    sum.targets += 1;
    sum.error += Math.abs(actual - yhat[i]!);
    const before = known.get(at - ahead);
    if (before !== undefined) {
      sum.naive += Math.abs(actual - before);
      sum.naiveTargets += 1;
    }
    if (!Number.isFinite(lo[i]!) || !Number.isFinite(hi[i]!)) continue;
    sum.bands += 1;
    sum.held += Number(actual >= lo[i]! && actual <= hi[i]!);
  }
  const rows = [...sums.keys()].filter((i) => sums[i]!.targets > 0);
  const column = (of: (sum: Sums) => number): number[] => rows.map((i) => of(sums[i]!));
  return {
    h,
    time: rows.map((i) => first + (i + 0.5) * width),
    error: column(({ error, targets: n }) => error / n),
    naive: column(({ naive, naiveTargets }) => naive / naiveTargets),
    coverage: column(({ held, bands }) => held / bands),
    targets: column(({ targets: n }) => n),
  };
}
