import type { Aligned } from '../align/align.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { type Stage, stage } from '../stage.ts';
import { QUANTILE, TAIL, trackQuantile, trackRarity } from './rarity.ts';

/** Column that `jump` adds, [n × T]. */
export interface Jumped {
  /** How rare it is that a channel changes so much from one step to the next; NaN where one of them was not observed. */
  readonly jump: Float64Array;
}

/** Of a channel: its last value and the number of its step, the usual size of a change, and its tail. */
const PREVIOUS = 2;
const JUMP = PREVIOUS + QUANTILE + TAIL;

/** How rare the change of a channel from one step to the next is: its rate of change, by those before it. */
export function jump(memory: Memory, channels: number): Stage<Frame & Aligned & Forecasted, Jumped> {
  const slot = memory.series('jump', 'f64', JUMP * channels);
  return stage((frame: Frame & Aligned & Forecasted) => {
    const { length: n, channels: width, targets, series, value, index } = frame;
    const { f64 } = memory.view();
    const rarity = new Float64Array(n * targets.length).fill(NaN);
    for (let i = 0, at = 0; i < n; i++) {
      for (let c = 0; c < targets.length; c++, at++) {
        const y = value[i * width + targets[c]!]!;
        if (Number.isNaN(y)) continue;
        const own = slot.at(series[i]!) + c * JUMP;
        if (f64[own + 1] === index[i]! - 1 && f64[own + 1] !== 0) {
          const size = Math.abs(y - f64[own]!);
          rarity[at] = trackRarity(f64, own + PREVIOUS + QUANTILE, trackQuantile(f64, own + PREVIOUS, size));
        }
        f64[own] = y;
        f64[own + 1] = index[i]!;
      }
    }
    return { jump: rarity };
  });
}
