import type { Aligned } from '../align/align.ts';
import type { Frame } from '../frame.ts';
import { cosTurns, sinTurns } from '../maths/turns.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import type { Scaled } from '../scale/scale.ts';
import { type Stage, stage } from '../stage.ts';

/** Columns that `recur` adds. */
export interface Recurred {
  /** [n × H] h_t of the top layer after this reading. */
  readonly hidden: Float32Array;
}

const DAY = 86_400_000;

/**
 * Moves each reading's series one step on: X_t = [z of each channel, sin and cos of the time of day], h and C of every layer
 * in place in Memory. A series that begins anew starts from h = C = 0.
 */
export function recur(memory: Memory, model: Model): Stage<Frame & Aligned & Scaled, Recurred> {
  const { cell, layers, hidden: H, inputs, channels } = model;
  const width = cell.states * H;
  const slot = memory.series('cell', 'f32', width * layers.length);
  const workspace = new Float32Array(4 * H);
  const x = new Float32Array(inputs);
  return stage(({ length: n, series, time, restart, z }: Frame & Aligned & Scaled) => {
    const { f32 } = memory.view();
    const hidden = new Float32Array(n * H);
    for (let i = 0; i < n; i++) {
      const at = slot.at(series[i]!);
      if (restart[i] === 1) f32.fill(0, at, at + slot.width);
      for (let c = 0; c < channels; c++) x[c] = z[i * channels + c]!;
      const turns = time[i]! / DAY;
      x[channels] = sinTurns(turns);
      x[channels + 1] = cosTurns(turns);
      layers.forEach((weights, layer) => {
        const below = layer === 0 ? x : f32;
        cell.step(
          weights,
          f32,
          at + layer * width,
          below,
          layer === 0 ? 0 : at + (layer - 1) * width,
          workspace,
        );
      });
      const top = at + (layers.length - 1) * width;
      for (let j = 0; j < H; j++) hidden[i * H + j] = f32[top + j]!;
    }
    return { hidden };
  });
}
