import type { Forecasted } from '../forecast/forecast.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { type Stage, stage } from '../stage.ts';
import {
  PRIOR_OF_TIMES,
  QUANTILE,
  quantileOf,
  rarityOf,
  TAIL,
  trackQuantile,
  trackRarity,
} from './rarity.ts';

/** Column that `flatline` adds, [n × T]. */
export interface Flat {
  /** How rare it is that a channel says the same for so long; NaN where it was not observed. */
  readonly flatline: Float64Array;
}

/** Repetitions in a row that say nothing, however rare they were before: about what a coarse sensor does in calm weather. */
const LEAST = 12;
/** Runs that have to have ended before it is known what is usual. */
const ENOUGH = 20;

/** Of a channel: its value, how often it has come in a row (0: it never came), the usual number of repetitions, and its tail. */
const RUN = 2;
const FLAT = RUN + QUANTILE + TAIL;

/** How rare it is that a channel repeats its value so often, by the runs of equal values before: a sensor that is stuck. */
export function flatline(memory: Memory, channels: number): Stage<Frame & Forecasted, Flat> {
  const slot = memory.series('flatline', 'f64', FLAT * channels);
  return stage((frame: Frame & Forecasted) => {
    const { length: n, channels: width, targets, series, value } = frame;
    const { f64 } = memory.view();
    const rarity = new Float64Array(n * targets.length).fill(NaN);
    for (let i = 0, at = 0; i < n; i++) {
      for (let c = 0; c < targets.length; c++, at++) {
        const y = value[i * width + targets[c]!]!;
        if (Number.isNaN(y)) continue;
        rarity[at] = takeValue(f64, slot.at(series[i]!) + c * FLAT, y);
      }
    }
    return { flatline: rarity };
  });
}

function takeValue(f64: Float64Array, at: number, y: number): number {
  const run = f64[at + 1]!;
  if (run > 0 && f64[at] === y) {
    f64[at + 1] = run + 1;
    const usual = Math.max(quantileOf(f64, at + RUN), LEAST);
    return f64[at + RUN]! < ENOUGH ? 0 : rarityOf(f64, at + RUN + QUANTILE, run / usual, PRIOR_OF_TIMES);
  }
  if (run > 0) trackRarity(f64, at + RUN + QUANTILE, trackQuantile(f64, at + RUN, run - 1), PRIOR_OF_TIMES);
  f64[at] = y;
  f64[at + 1] = 1;
  return 0;
}
