import type { Aligned } from '../align/align.ts';
import { shareLeft } from '../align/gaps.ts';
import { knownChannels } from '../align/known.ts';
import type { Frame } from '../frame.ts';
import { planOf } from '../forecast/plan.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import type { ForecastSettings } from '../forecast/settings.ts';
import { ownCellOf } from '../learn/own-cell.ts';
import type { Model } from '../model/model.ts';
import type { Scaled } from '../scale/scale.ts';
import { type Stage, stage } from '../stage.ts';
import { stepsOf, writeInputs } from './inputs.ts';
import { Kernel } from './kernel.ts';

/** Columns that `recur` adds. */
export interface Recurred {
  /** [n × H] h_t of the top layer after this reading. */
  readonly hidden: Float32Array;
  /** [n × H] the same of the model's own cell, where `hidden` is that of a cell that learns and the model's head is asked. */
  readonly modelHidden?: Float32Array;
}

/** Steps that go through the kernel together; so many, and those of one row, is what takes up room. */
const TOGETHER = 4096;

/**
 * Moves each reading's series one step on, with X_t as `writeInputs` has it; h and C of every layer in place in Memory.
 *
 * 1. A series that begins anew starts from h = C = 0.
 * 2. What a gap before the reading does is up to its policy (see `Gaps`): h and C are multiplied by the share that is left of them, or the
 *    cell first makes the steps that are missing.
 *
 * The kernel does the steps; its bits are those of `cell.step`. The weights are the model's; with `learn: full` those of each series' own
 * cell, which `learn` teaches (see OwnCell). Where the model's head is one of the experts, the model's cell then makes the same steps beside it.
 *
 * @param settings of the forecasts; left out, nothing teaches the cell
 */
export function recur(
  memory: Memory,
  model: Model,
  settings?: ForecastSettings,
): Stage<Frame & Aligned & Scaled, Recurred> {
  const { cell, layers, hidden: H, inputs: I, inputKind } = model;
  const width = cell.states * H * layers.length;
  const slot = memory.series('cell', 'f32', width);
  const kernel = Kernel.of(memory.arena);
  const stack = kernel.load({ cell, layers });
  const own = settings && ownCellOf(memory, model, settings);
  const asksModel = settings && planOf(model, settings, knownChannels(memory)).asksModel;
  const beside = own && asksModel ? memory.series('cell.model', 'f32', width) : undefined;
  return stage((frame: Frame & Aligned & Scaled) => {
    const { length: n, channels, series, index, value } = frame;
    const hidden = new Float32Array(n * H);
    const modelHidden = beside && new Float32Array(n * H);
    let [steps, most] = [0, 0];
    for (let i = 0; i < n; i++) {
      const count = stepsOf(frame, i);
      steps += count;
      most = Math.max(most, count);
    }
    const room = kernel.room(stack, Math.min(steps, TOGETHER + most));
    const { f32, i32 } = memory.view();
    for (let i = 0; i < n;) {
      const first = i;
      let to = 0;
      for (; i < n && to < TOGETHER; i++) {
        const at = slot.at(series[i]!);
        fade(f32, at, width, shareLeft(frame, i));
        writeInputs(f32, room.x / 4 + to * I, inputKind, frame, i);
        for (const end = to + stepsOf(frame, i); to < end; to++) i32[room.states / 4 + to] = at * 4;
      }
      if (!own) kernel.step(stack, room, to);
      // of each row that which its last step left
      let from = 0;
      const isOneEach = !own && to === i - first;
      if (isOneEach) hidden.set(f32.subarray(room.hidden / 4, room.hidden / 4 + to * H), first * H);
      for (let row = isOneEach ? i : first; row < i; row++) {
        const count = stepsOf(frame, row);
        own?.step(series[row]!, room, from, count, stack.workspace);
        from += count;
        own?.remember(series[row]!, index[row]!, room.x / 4 + (from - 1) * I, slot.at(series[row]!));
        own?.observe(series[row]!, index[row]!, value, row * channels);
        const h = room.hidden / 4 + (from - 1) * H;
        for (let k = 0; k < H; k++) hidden[row * H + k] = f32[h + k]!;
      }
      if (beside && modelHidden) stepBeside(beside, modelHidden, first, i);
    }
    return modelHidden ? { hidden, modelHidden } : { hidden };

    /** The model's own cell makes the steps of the rows from `first` to `last`, whose X are in place. */
    function stepBeside(states: Slot, out: Float32Array, first: number, last: number): void {
      let to = 0;
      for (let row = first; row < last; row++) {
        const at = states.at(series[row]!);
        fade(f32, at, width, shareLeft(frame, row));
        for (const end = to + stepsOf(frame, row); to < end; to++) i32[room.states / 4 + to] = at * 4;
      }
      kernel.step(stack, room, to);
      let from = 0;
      for (let row = first; row < last; row++) {
        from += stepsOf(frame, row);
        const h = room.hidden / 4 + (from - 1) * H;
        for (let k = 0; k < H; k++) out[row * H + k] = f32[h + k]!;
      }
    }
  });
}

/** Leaves a share of `width` numbers from `at` on. */
function fade(f32: Float32Array, at: number, width: number, share: number): void {
  if (share === 1) return;
  if (share === 0) f32.fill(0, at, at + width);
  else for (let k = at; k < at + width; k++) f32[k] = f32[k]! * share;
}
