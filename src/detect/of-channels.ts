import type { Forecasted } from '../forecast/forecast.ts';
import type { Frame } from '../frame.ts';

/**
 * [n × T] what is said of each channel that is forecast and was observed, row after row; NaN of the others.
 *
 * @param say is given i, the row of the frame, c, the channel's place among those that are forecast, and its value
 */
export function ofChannels(
  { length: n, channels, targets, value }: Frame & Forecasted,
  say: (i: number, c: number, y: number) => number,
): Float64Array {
  const column = new Float64Array(n * targets.length).fill(NaN);
  for (let i = 0, at = 0; i < n; i++) {
    for (let c = 0; c < targets.length; c++, at++) {
      const y = value[i * channels + targets[c]!]!;
      if (!Number.isNaN(y)) column[at] = say(i, c, y);
    }
  }
  return column;
}
