import { z } from 'zod';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { type Stage, stage } from '../stage.ts';
import { MedianSpread, MOST_KEPT } from './median-spread.ts';

/** What values are standardised by, and over how many readings. */
export const ScaleSettings = z
  .strictObject({
    method: z
      .enum(['mean', 'robust'])
      .default('mean')
      .describe(
        'What values are standardised by. mean: running mean and standard deviation; robust: median and median absolute deviation of the last readings, which outliers do not move. A trained model is to be served with what it was trained with',
      ),
    window: z
      .int()
      .min(2)
      .default(1000)
      .describe(
        'Readings over which mean and spread are taken: exactly up to this many, exponentially weighted after; with robust the last so many, at most 10000: they are kept, 10 bytes each',
      ),
  })
  .refine(({ method, window }) => method === 'mean' || window <= MOST_KEPT, {
    path: ['window'],
    message: `expected at most ${MOST_KEPT} readings with robust, which keeps them`,
  })
  .prefault({});
export type ScaleSettings = z.infer<typeof ScaleSettings>;

/** Columns that `scale` adds. */
export interface Scaled {
  /** [n × channels] (value - mean) / spread, in ±10; 0 while the spread is 0, and where the channel was not observed. */
  readonly z: Float32Array;
  /** [n × channels] running mean (or median), this reading included; 0 before the channel was ever observed. */
  readonly mean: Float64Array;
  /** [n × channels] running standard deviation (or what stands for it). */
  readonly spread: Float64Array;
}

const LIMIT = 10;
/** A deviation counts as at most this much, so that its square is a number. */
const HUGE = 1e150;

/**
 * Standardises every channel by a running mean and standard deviation of its own, in float64.
 * Welford's update with the count capped at `window`, which makes it exponentially weighted from there on. Or, with `robust`, by
 * median and spread of the last readings: see `MedianSpread`. A channel that was not observed leaves its mean and spread as they were.
 *
 * @param channels numbers in a reading
 */
export function scale(
  memory: Memory,
  channels: number,
  { method, window }: ScaleSettings,
): Stage<Frame, Scaled> {
  return method === 'robust' ? byMedian(memory, channels, window) : byMean(memory, channels, window);
}

function byMean(memory: Memory, channels: number, window: number): Stage<Frame, Scaled> {
  const slot = memory.series('scale', 'f64', 3 * channels); // count, mean, variance of each channel
  return stage(({ length: n, series, value }: Frame) => {
    const { f64 } = memory.view();
    const z = new Float32Array(n * channels);
    const mean = new Float64Array(n * channels);
    const spread = new Float64Array(n * channels);
    for (let i = 0; i < n; i++) {
      const at = slot.at(series[i]!);
      for (let c = 0; c < channels; c++) {
        const s = at + 3 * c;
        const k = i * channels + c;
        const y = value[k]!;
        if (Number.isNaN(y)) {
          mean[k] = f64[s + 1]!;
          spread[k] = Math.sqrt(f64[s + 2]!);
          continue;
        }
        const count = Math.min(f64[s]! + 1, window);
        const before = cut(y - f64[s + 1]!);
        const m = count === 1 ? y : f64[s + 1]! + before / count;
        const variance = f64[s + 2]! + (before * cut(y - m) - f64[s + 2]!) / count;
        f64[s] = count;
        f64[s + 1] = m;
        f64[s + 2] = variance;
        const sd = Math.sqrt(variance);
        mean[k] = m;
        spread[k] = sd;
        z[k] = standardised(y, m, sd);
      }
    }
    return { z, mean, spread };
  });
}

function byMedian(memory: Memory, channels: number, window: number): Stage<Frame, Scaled> {
  const medians = new MedianSpread(memory, channels, window);
  return stage(({ length: n, series, value }: Frame) => {
    const z = new Float32Array(n * channels);
    const [mean, spread] = [new Float64Array(n * channels), new Float64Array(n * channels)];
    for (let i = 0; i < n; i++) {
      for (let c = 0; c < channels; c++) {
        const k = i * channels + c;
        medians.take(series[i]!, c, value[k]!, { middle: mean, spread }, k);
        if (!Number.isNaN(value[k]!)) z[k] = standardised(value[k]!, mean[k]!, spread[k]!);
      }
    }
    return { z, mean, spread };
  });
}

function standardised(y: number, mean: number, spread: number): number {
  return spread > 0 ? Math.max(-LIMIT, Math.min(LIMIT, (y - mean) / spread)) : 0;
}

function cut(deviation: number): number {
  return Math.max(-HUGE, Math.min(HUGE, deviation));
}
