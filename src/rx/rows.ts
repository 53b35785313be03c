import { concatMap, type OperatorFunction } from 'rxjs';
import type { Forecasted } from '../forecast/forecast.ts';
import type { Frame } from '../frame.ts';

/** One row of a frame of forecasts, as an object. */
export interface Row {
  /** Its name. */
  readonly series: string;
  /** Event time of the reading, ms. */
  readonly time: number;
  /** [channels] NaN for one that was not observed. */
  readonly value: readonly number[];
  /** [targets × horizons] forecasts, and their main bands; NaN for a channel that was never observed. */
  readonly yhat: readonly number[];
  readonly lo: readonly number[];
  readonly hi: readonly number[];
}

/** Frames of forecasts to single rows: the way back from `frames()`. */
export function rows(): OperatorFunction<Frame & Forecasted, Row> {
  return concatMap((frame) =>
    Array.from({ length: frame.length }, (_, i): Row => {
      const { channels, targets, horizons } = frame;
      const width = targets.length * horizons.length;
      const slice = (column: Float64Array, per: number): number[] =>
        Array.from(column.subarray(i * per, (i + 1) * per));
      return {
        series: frame.name[i]!,
        time: frame.time[i]!,
        value: slice(frame.value, channels),
        yhat: slice(frame.yhat, width),
        lo: slice(frame.lo, width),
        hi: slice(frame.hi, width),
      };
    }),
  );
}
