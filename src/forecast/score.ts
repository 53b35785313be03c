import type { Aligned } from '../align/align.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import { type Stage, stage } from '../stage.ts';
import { stepsOfDay } from './features.ts';
import type { Forecasted } from './forecast.ts';
import { Issued } from './issued.ts';
import { PAST, Past } from './past.ts';

/** Sums by horizon, in Memory: what the summary is computed from. */
export const SCORE = [
  'count',
  'error',
  'last',
  'seasonalCount',
  'seasonalError',
  'seasonal',
  'bands',
  'covered',
] as const;
export type Score = Record<(typeof SCORE)[number], number>;

/** Name of the slot [channels][horizon][SCORE.length] that the sums lie in. */
export const SCORE_SLOT = 'score';

/**
 * Holds every forecast whose target this reading is against what came, beside two naive forecasts of the same origin: the last
 * value, and the value of one day before the target. Prequential: only forecasts issued at earlier steps are scored. Adds no
 * column; the sums of |error| lie in Memory.
 */
export function score(memory: Memory, model: Model): Stage<Frame & Aligned & Forecasted, object> {
  const { channels, horizon } = model;
  const past = new Past(memory, channels);
  const issued = new Issued(memory, channels, horizon);
  const sums = memory.series(SCORE_SLOT, 'f64', SCORE.length * horizon * channels);
  return stage(({ length: n, series, value, index, step }: Frame & Aligned & Forecasted) => {
    const { f64 } = memory.view();
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const k = index[i]!;
      const day = stepsOfDay(step[i]!, PAST);
      for (let c = 0; c < channels; c++) {
        const y = value[i * channels + c]!;
        const dayBefore = day > 0 ? past.value(row, c, k - day, k, NaN) : NaN;
        const sumsAt = sums.at(row) + c * horizon * SCORE.length;
        for (let h = 1; h <= horizon; h++) {
          if (!issued.has(row, k - h)) continue;
          const at = sumsAt + (h - 1) * SCORE.length;
          const error = Math.abs(y - f64[issued.yhat(row, k - h, c, h)]!);
          f64[at] = f64[at]! + 1;
          f64[at + 1] = f64[at + 1]! + error;
          f64[at + 2] = f64[at + 2]! + Math.abs(y - past.value(row, c, k - h, k, y));
          if (day > h && !Number.isNaN(dayBefore)) {
            f64[at + 3] = f64[at + 3]! + 1;
            f64[at + 4] = f64[at + 4]! + error;
            f64[at + 5] = f64[at + 5]! + Math.abs(y - dayBefore);
          }
          const band = issued.band(row, k - h, c, h);
          if (!Number.isNaN(f64[band]!)) {
            f64[at + 6] = f64[at + 6]! + 1;
            if (y >= f64[band]! && y <= f64[band + 1]!) f64[at + 7] = f64[at + 7]! + 1;
          }
        }
      }
    }
    return {};
  });
}
