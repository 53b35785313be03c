import { errorReader } from '../forecast/score.ts';
import type { Memory } from '../memory/memory.ts';
import { targetsOf } from './live-bands.ts';

/**
 * A look-up of how far off the forecasts of a series are, over all horizons: MAE divided by that of repeating the last value. NaN of an unknown series, for a
 * pipeline without the stage `score`, and before the first target. Good until the next frame: it looks into Memory as it is now.
 *
 * @param channels their names; `['']` for series of one number
 * @returns from a series as it is written out: of a channel `series.channel`
 */
export function liveErrors(
  memories: readonly Memory[],
  channels: readonly string[],
): (series: string) => number {
  const readers = memories.map((memory) => ({
    memory,
    ratio: errorReader(memory),
    ends: targetsOf(memory).map((channel) => (channels[channel] === '' ? '' : `.${channels[channel]}`)),
  }));
  return (series) => {
    for (const { memory, ratio, ends } of readers) {
      for (const [c, end] of ends.entries()) {
        if (!series.endsWith(end)) continue;
        const row = memory.find(end === '' ? series : series.slice(0, -end.length));
        if (row !== undefined) return ratio(row, c);
      }
    }
    return NaN;
  };
}
