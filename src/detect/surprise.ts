import type { Forecasted } from '../forecast/forecast.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { type Stage, stage } from '../stage.ts';
import type { Detected } from './detect.ts';
import { TAIL, trackRarity } from './rarity.ts';

/** Column that `surprise` adds, [n × T]. */
export interface Surprised {
  /** How rare it is that a forecast is so far off; NaN where there was none, or no band. */
  readonly surprise: Float64Array;
}

/**
 * How rare the error of the nearest forecast is: its distance to the middle of the 99 % band, over half the width, is the size; the band itself
 * says what 1 in 100 exceed.
 *
 * @param channels those that are forecast: T
 */
export function surprise(memory: Memory, channels: number): Stage<Frame & Forecasted & Detected, Surprised> {
  const tails = memory.series('surprise', 'f64', TAIL * channels);
  return stage(({ length: n, series, score, targets: { length: T } }: Frame & Forecasted & Detected) => {
    const { f64 } = memory.view();
    const rarity = new Float64Array(n * T).fill(NaN);
    for (let at = 0; at < n * T; at++) {
      if (Number.isNaN(score[at]!)) continue;
      const tail = tails.at(series[Math.floor(at / T)]!) + (at % T) * TAIL;
      rarity[at] = trackRarity(f64, tail, score[at]!);
    }
    return { surprise: rarity };
  });
}
