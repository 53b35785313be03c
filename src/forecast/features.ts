import { cosTurns, sinTurns } from '../maths/turns.ts';
import type { Past } from './past.ts';

/** Differences of neighbouring readings among the features. */
const DIFFERENCES = 12;
/** Parts of a day by which seasonal features look back. */
const SEASONAL = 6;
const DAY = 86_400_000;
const LIMIT = 10;

/** d, the number of features for a hidden size. */
export function featureCount(hidden: number): number {
  return hidden + DIFFERENCES + SEASONAL + 1 + 4 + 1;
}

/** Whole steps in a day, or 0 when the sampling step does not divide into a day that is kept. */
export function stepsOfDay(step: number, kept: number): number {
  const steps = step > 0 ? Math.round(DAY / step) : 0;
  return steps >= 4 && steps < kept ? steps : 0;
}

/**
 * φ_t of the readout, d float32 from index `to` on: h_t; the last differences; the values one day ago (and 1, 3, 6, 12 steps and
 * half a day after that) less the present one; the level; sin and cos of the time of day and of its double; 1.
 * Differences are in units of `unit` and cut at ±10. Parts of the past that are not known are 0.
 */
export function writeFeatures(
  out: Float32Array,
  to: number,
  input: {
    readonly hidden: Float32Array;
    readonly hiddenAt: number;
    readonly width: number;
    readonly past: Past;
    readonly row: number;
    readonly channel: number;
    readonly index: number;
    readonly time: number;
    readonly value: number;
    readonly mean: number;
    readonly unit: number;
    readonly day: number;
  },
): void {
  const { past, row, channel, index, value, unit, day } = input;
  const cut = (difference: number): number => Math.max(-LIMIT, Math.min(LIMIT, difference / unit));
  let k = to;
  for (let j = 0; j < input.width; j++) out[k++] = input.hidden[input.hiddenAt + j]!;
  let newer = value;
  for (let lag = 1; lag <= DIFFERENCES; lag++) {
    const older = past.value(row, channel, index - lag, index, newer);
    out[k++] = cut(newer - older);
    newer = older;
  }
  for (let s = 0; s < SEASONAL; s++) {
    const ahead = s === 5 ? day >> 1 : [0, 1, 3, 6, 12][s]!;
    const seasonal = day > ahead ? past.value(row, channel, index - day + ahead, index, value) - value : 0;
    out[k++] = cut(seasonal);
  }
  out[k++] = cut(value - input.mean);
  const turns = input.time / DAY;
  out[k++] = sinTurns(turns);
  out[k++] = cosTurns(turns);
  out[k++] = sinTurns(2 * turns);
  out[k++] = cosTurns(2 * turns);
  out[k] = 1;
}
