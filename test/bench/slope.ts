import { seededRandom } from '../../src/model/random.ts';

/** A straight line through a figure over time. */
export interface Slope {
  /** In the figure's unit an hour. */
  readonly perHour: number;
  /** Between these it is in 95 of 100 resamples: of an hour's lines whose slope is known it held 86 to 92 of 100. */
  readonly low: number;
  readonly high: number;
  /** The line in the middle of the time. */
  readonly level: number;
  readonly samples: number;
}

/** Seconds since the beginning, and the figure. */
export type Point = readonly [at: number, value: number];

/** Longest stretch of samples that may depend on one another, s: what comes and goes with a collection of garbage or a generation of sensors. */
const BLOCK = 300;
const RESAMPLES = 1000;
/** Fewest blocks of which an interval is worth saying. */
const LEAST = 4;

/**
 * Least squares, with an interval by the circular block bootstrap of the residuals (Politis and Romano 1992): neighbouring samples are alike,
 * which an interval that takes them as independent makes too narrow. Few blocks make the residuals too small; they are widened by √(n/(n − 2)) of n blocks.
 *
 * @param points in the order of time
 * @returns null where there are too few
 */
export function slopeOf(points: readonly Point[]): Slope | null {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || last[0] - first[0] < LEAST * BLOCK) return null;
  const middle = mean(points.map(([at]) => at));
  const times = points.map(([at]) => (at - middle) / 3600);
  const spread = times.reduce((sum, time) => sum + time * time, 0);
  const level = mean(points.map(([, value]) => value));
  const slope = (values: readonly number[]): number =>
    values.reduce((sum, value, i) => sum + value * times[i]!, 0) / spread;
  const perHour = slope(points.map(([, value]) => value));
  const step = (last[0] - first[0]) / (points.length - 1);
  const block = Math.ceil(BLOCK / step);
  const blocks = points.length / block;
  const wider = Math.sqrt(blocks / (blocks - 2));
  const residuals = points.map(([, value], i) => wider * (value - level - perHour * times[i]!));
  const off = resampledSlopes(residuals, block, slope).toSorted((a, b) => a - b);
  const at = (share: number): number => off[Math.round(share * (RESAMPLES - 1))]!;
  // what a resample is off by, the slope itself may be off by the other way
  return { perHour, low: perHour - at(0.975), high: perHour - at(0.025), level, samples: points.length };
}

function resampledSlopes(
  residuals: readonly number[],
  block: number,
  slope: (values: readonly number[]) => number,
): number[] {
  const random = seededRandom(5);
  const { length } = residuals;
  return Array.from({ length: RESAMPLES }, () => {
    const values: number[] = [];
    while (values.length < length) {
      const from = Math.floor(random() * length);
      for (let i = 0; i < block && values.length < length; i++) values.push(residuals[(from + i) % length]!);
    }
    return slope(values);
  });
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
