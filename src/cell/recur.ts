import type { Aligned } from '../align/align.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import type { Scaled } from '../scale/scale.ts';
import { type Stage, stage } from '../stage.ts';
import { writeInputs } from './inputs.ts';
import { Kernel } from './kernel.ts';

/** Columns that `recur` adds. */
export interface Recurred {
  /** [n × H] h_t of the top layer after this reading. */
  readonly hidden: Float32Array;
}

/**
 * Moves each reading's series one step on: X_t = [z of each channel, sin and cos of the time of day], h and C of every layer
 * in place in Memory. A series that begins anew starts from h = C = 0. The kernel does the steps; its bits are those of `cell.step`.
 */
export function recur(memory: Memory, model: Model): Stage<Frame & Aligned & Scaled, Recurred> {
  const { cell, layers, hidden: H, inputs: I, channels } = model;
  const slot = memory.series('cell', 'f32', cell.states * H * layers.length);
  const kernel = Kernel.of(memory.arena);
  const stack = kernel.load({ cell, layers });
  return stage(({ length: n, series, time, restart, z }: Frame & Aligned & Scaled) => {
    const room = kernel.room(stack, n);
    const { f32, i32 } = memory.view();
    for (let i = 0; i < n; i++) {
      const at = slot.at(series[i]!);
      if (restart[i] === 1) f32.fill(0, at, at + slot.width);
      i32[room.states / 4 + i] = at * 4;
      writeInputs(f32, room.x / 4 + i * I, z, i, channels, time[i]!);
    }
    kernel.step(stack, room, n);
    return { hidden: f32.slice(room.hidden / 4, room.hidden / 4 + n * H) };
  });
}
