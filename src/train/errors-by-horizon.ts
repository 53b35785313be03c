import type { Trainer } from '../learn/trainer.ts';
import type { TrainingSettings } from './settings.ts';
import type { TrainingSet } from './training-set.ts';

/** How well targets h steps ahead were forecast in the validation. */
export interface HorizonError {
  readonly h: number;
  /** Mean absolute errors, in spreads of each series: of the model, and of the last value. */
  readonly mae: number;
  readonly lastValue: number;
  /** The first over the second; null where the last value is never wrong. */
  readonly ratio: number | null;
}

/**
 * Errors of a trainer by horizon over the windows to validate with, beside those of the forecast that nothing moves, both in units of the
 * spread.
 *
 * @param outputs numbers that the network gives for a target, of which the one at `at` is served
 */
export function errorsByHorizon(
  trainer: Trainer,
  { rows, lasts, channels, horizon, validate }: TrainingSet,
  { steps, scored, batch }: TrainingSettings,
  { outputs, at }: { readonly outputs: number; readonly at: number },
): HorizonError[] {
  const D = rows.targetWidth;
  const sums = Array.from({ length: horizon }, () => ({ model: 0, last: 0, count: 0 }));
  const y = new Float32Array(Math.min(batch, validate.length) * scored * D * outputs);
  for (let from = 0; from < validate.length; from += batch) {
    const starts = validate.subarray(from, from + batch);
    trainer.evaluate(starts, y);
    starts.forEach((start, n) => {
      for (let s = 0; s < scored; s++) {
        const row = start + steps - scored + s;
        for (let d = 0; d < D; d++) {
          const target = rows.targets[row * D + d]!;
          if (Number.isNaN(target)) continue;
          const sum = sums[d % horizon]!;
          sum.model += Math.abs(y[((n * scored + s) * D + d) * outputs + at]! - target);
          sum.last += Math.abs(lasts[row * channels + Math.floor(d / horizon)]! - target);
          sum.count++;
        }
      }
    });
  }
  return sums
    .map(({ model, last, count }, i) => ({
      h: i + 1,
      mae: model / count,
      lastValue: last / count,
      ratio: last > 0 ? model / last : null,
    }))
    .filter(({ mae }) => !Number.isNaN(mae));
}
