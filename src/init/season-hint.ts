import type { Told } from './told.ts';
import { durationText } from './duration-text.ts';

const DAY = 86_400_000;
/** Periods that are looked for where no day is found, steps. */
const [SHORTEST, LONGEST] = [4, 144];
/** Series that are looked at. */
const MOST_SERIES = 8;
/** How much more alike values a period apart must be than those half a period apart. */
const CONTRAST = 0.3;
/** The same of a period that nothing but the values speaks for: among so many lags one may look like a season by chance. */
const CONTRAST_OF_ANY = 0.8;

/** One series: times in ms, and values. */
export interface Course {
  readonly time: readonly number[];
  readonly value: readonly number[];
}

/**
 * How long the season of the series seems to be, ms: the day, the week, or a period of 4 to 144 steps. Undefined where none shows.
 *
 * It is the lag at which the values, less their mean over one such period, are much more alike than at half of it.
 */
export function seasonHint(courses: readonly Course[], step: number): Told<number> | undefined {
  const rows = courses
    .toSorted((a, b) => b.time.length - a.time.length)
    .slice(0, MOST_SERIES)
    .map((course) => onGrid(course, step));
  const contrasts = (lag: number): number => {
    const all = rows
      .filter((row) => row.length >= 2.5 * lag)
      .map((row) => withoutLevel(row, lag))
      .map((row) => correlation(row, lag) - correlation(row, lag >> 1))
      .filter((number) => !Number.isNaN(number))
      .toSorted((a, b) => a - b);
    // of many series some may have none
    return all.length === 0 ? NaN : all[Math.floor(0.75 * all.length)]!;
  };
  const told = (lag: number, contrast: number): Told<number> => ({
    value: lag * step,
    why: `values ${durationText(lag * step)} (${lag} steps) apart correlate by ${contrast.toFixed(2)} more than those half as far apart`,
    confidence: contrast > 2 * CONTRAST ? 'sure' : 'likely',
  });
  for (const season of [DAY, 7 * DAY]) {
    const lag = season / step;
    if (!Number.isInteger(lag) || lag < SHORTEST) continue;
    const contrast = contrasts(lag);
    if (contrast > CONTRAST) return told(lag, contrast);
  }
  let best = { lag: 0, contrast: CONTRAST_OF_ANY };
  for (let lag = SHORTEST; lag <= LONGEST; lag++) {
    const contrast = contrasts(lag);
    if (contrast > best.contrast) best = { lag, contrast };
  }
  return best.lag > 0 ? told(best.lag, best.contrast) : undefined;
}

/** Most steps of a series that are laid out. */
const MOST_STEPS = 20_000;

/** Values by step; NaN where there was none. */
function onGrid({ time, value }: Course, step: number): Float64Array {
  const first = Math.min(...time.slice(0, 1));
  const last = time.reduce((most, t) => Math.max(most, t), first);
  const row = new Float64Array(Math.min(MOST_STEPS, Math.round((last - first) / step) + 1)).fill(NaN);
  time.forEach((t, i) => {
    const at = Math.round((t - first) / step);
    if (at >= 0 && at < row.length) row[at] = value[i]!;
  });
  return row;
}

/** Values less the mean of the `width` values up to each: what is left of a slow change is little. */
function withoutLevel(row: Float64Array, width: number): Float64Array {
  const rest = new Float64Array(row.length);
  let [sum, n] = [0, 0];
  row.forEach((value, i) => {
    if (!Number.isNaN(value)) [sum, n] = [sum + value, n + 1];
    const before = i >= width ? row[i - width]! : NaN;
    if (!Number.isNaN(before)) [sum, n] = [sum - before, n - 1];
    rest[i] = value - sum / n;
  });
  return rest;
}

/** Pearson's correlation of a row with itself `lag` steps later; NaN where it is constant. */
function correlation(row: Float64Array, lag: number): number {
  let [n, x, y, xx, yy, xy] = [0, 0, 0, 0, 0, 0];
  let origin = NaN;
  for (let i = lag; i < row.length; i++) {
    if (Number.isNaN(row[i]!) || Number.isNaN(row[i - lag]!)) continue;
    if (Number.isNaN(origin)) origin = row[i]!;
    const [a, b] = [row[i - lag]! - origin, row[i]! - origin];
    n++;
    x += a;
    y += b;
    xx += a * a;
    yy += b * b;
    xy += a * b;
  }
  const spread = Math.sqrt((n * xx - x * x) * (n * yy - y * y));
  return n > 2 * SHORTEST && spread > 0 ? (n * xy - x * y) / spread : NaN;
}
