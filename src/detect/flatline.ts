import type { Forecasted } from '../forecast/forecast.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { type Stage, stage } from '../stage.ts';
import { ofChannels } from './of-channels.ts';
import { PRIOR_OF_TIMES, rarityOfTime, SIZES, trackSize } from './rarity.ts';

/** Column that `flatline` adds, [n × T]. */
export interface Flat {
  /** How rare it is that a channel says the same for so long; NaN where it was not observed. */
  readonly flatline: Float64Array;
}

/** Repetitions in a row that say nothing, however rare they were before: about what a coarse sensor does in calm weather. */
const LEAST = 12;

/** Of a channel: its value, how often it has come in a row (0: it never came), and the numbers of repetitions before. */
const RUN = 2;
const FLAT = RUN + SIZES;

/**
 * How rare it is that a channel repeats its value so often, by the runs of equal values before: a sensor that is stuck.
 *
 * @param channels those that are forecast: T
 */
export function flatline(memory: Memory, channels: number): Stage<Frame & Forecasted, Flat> {
  const slot = memory.series('flatline', 'f64', FLAT * channels);
  return stage((frame: Frame & Forecasted) => {
    const { f64 } = memory.view();
    return {
      flatline: ofChannels(frame, (i, c, y) => takeValue(f64, slot.at(frame.series[i]!) + c * FLAT, y)),
    };
  });
}

function takeValue(f64: Float64Array, at: number, y: number): number {
  const run = f64[at + 1]!;
  if (run > 0 && f64[at] === y) {
    f64[at + 1] = run + 1;
    return rarityOfTime(f64, at + RUN, run, LEAST);
  }
  if (run > 0) trackSize(f64, at + RUN, run - 1, PRIOR_OF_TIMES);
  f64[at] = y;
  f64[at + 1] = 1;
  return 0;
}
