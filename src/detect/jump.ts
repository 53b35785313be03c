import type { Aligned } from '../align/align.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { type Stage, stage } from '../stage.ts';
import { ofChannels } from './of-channels.ts';
import { SIZES, trackSize } from './rarity.ts';

/** Column that `jump` adds, [n × T]. */
export interface Jumped {
  /** How rare it is that a channel changes so much from one step to the next; NaN where one of them was not observed. */
  readonly jump: Float64Array;
}

/** Of a channel: its last value, the number of its step, and the sizes of its changes. */
const PREVIOUS = 2;
const JUMP = PREVIOUS + SIZES;

/**
 * How rare the change of a channel from one step to the next is: its rate of change, by those before it.
 *
 * @param channels those that are forecast: T
 */
export function jump(memory: Memory, channels: number): Stage<Frame & Aligned & Forecasted, Jumped> {
  const slot = memory.series('jump', 'f64', JUMP * channels);
  return stage((frame: Frame & Aligned & Forecasted) => {
    const { series, index } = frame;
    const { f64 } = memory.view();
    return {
      jump: ofChannels(frame, (i, c, y) => {
        const own = slot.at(series[i]!) + c * JUMP;
        const isNext = f64[own + 1] === index[i]! - 1 && f64[own + 1] !== 0;
        const rarity = isNext ? trackSize(f64, own + PREVIOUS, Math.abs(y - f64[own]!)) : NaN;
        f64[own] = y;
        f64[own + 1] = index[i]!;
        return rarity;
      }),
    };
  });
}
