import { Kernel } from '../cell/kernel.ts';
import type { Memory } from '../memory/memory.ts';
import type { Head, Model } from '../model/model.ts';
import { cut, FAR } from './base.ts';
import type { Block } from './block.ts';
import type { Plan } from './plan.ts';
import type { Workspace } from './workspace.ts';

/** What the model's head is asked about: one channel of a reading. */
export interface HeadQuestion {
  readonly channel: number;
  /** [n × H] h_t of the model's top layer, that of this reading from `hiddenAt` on. */
  readonly hidden: Float32Array;
  readonly hiddenAt: number;
  /** Running mean and spread: what the head says is in these. */
  readonly mean: number;
  readonly spread: number;
  readonly value: number;
  /** What movements are told in; 0: there is none. */
  readonly unit: number;
}

/** The model's linear head on h_t, as movements from the value. The kernel computes them; its reference is `headMoves`. */
export class ModelHead {
  readonly #memory: Memory;
  readonly #workspace: Workspace;
  readonly #hidden: number;
  readonly #count: number;
  /** Outputs of a channel up to the farthest horizon that is asked for, and these as they lie in the arena: an even number. */
  readonly #asked: number;
  readonly #outputs: number;
  /** Byte offsets of each channel's W [H][outputs] and b. */
  readonly #tables: readonly { readonly W: number; readonly b: number }[];
  /** Byte offset of the same table. */
  readonly #heads: number;

  constructor(
    memory: Memory,
    { head, hidden, horizon, channels }: Model,
    { horizons, targets }: Plan,
    workspace: Workspace,
  ) {
    this.#memory = memory;
    this.#workspace = workspace;
    this.#hidden = hidden;
    this.#count = horizons.length;
    this.#asked = Math.min(horizon, horizons.at(-1) ?? 0);
    this.#outputs = this.#asked + (this.#asked % 2);
    const kernel = Kernel.of(memory.arena);
    const columnsOf = (numbers: Float32Array, rows: number, channel: number): Float64Array => {
      const all = new Float64Array(rows * this.#outputs);
      for (let j = 0; j < rows; j++)
        for (let k = 0; k < this.#asked; k++)
          all[j * this.#outputs + k] = numbers[(j * channels + channel) * horizon + k]!;
      return all;
    };
    this.#tables = Array.from({ length: channels }, (_, channel) => ({
      W: kernel.keep(columnsOf(head.W, hidden, channel)),
      b: kernel.keep(columnsOf(head.b, 1, channel)),
    }));
    this.#heads = kernel.keep(
      Int32Array.from(targets.flatMap((channel) => Object.values(this.#tables[channel]!))),
    );
  }

  /**
   * The movements of a block's rows to all horizons, in units, to where forecasts are kept; of h_t, mean, spread and value as they lie in the block.
   *
   * @param kept see `keptOf`
   */
  moveBlock(kept: number, { table, count, values, hidden, means, spreads }: Block): void {
    const { kernel, head } = this.#workspace;
    kernel.headRows(
      kept,
      table,
      count,
      values,
      this.#heads,
      this.#hidden,
      this.#outputs,
      this.#asked,
      hidden,
      means,
      spreads,
      head.said,
      head.moves,
    );
  }

  /**
   * The movements to all horizons, in units; 0 to those that the head was not made for.
   *
   * @param out receives Q numbers from index `to` on
   */
  moves(question: HeadQuestion, out: Float32Array | Float64Array, to: number): void {
    const { channel, hidden, hiddenAt, mean, spread, value, unit } = question;
    if (unit === 0) {
      out.fill(0, to, to + this.#count);
      return;
    }
    const { kernel, horizons, head } = this.#workspace;
    const { f32, f64 } = this.#memory.view();
    const { W, b } = this.#tables[channel]!;
    const h = head.hidden / 4;
    for (let j = 0; j < this.#hidden; j++) f32[h + j] = hidden[hiddenAt + j]!;
    kernel.headMoves(
      W,
      b,
      this.#hidden,
      this.#outputs,
      this.#asked,
      head.hidden,
      horizons,
      this.#count,
      mean,
      spread,
      value,
      unit,
      head.said,
      head.moves,
    );
    const moves = head.moves / 8;
    for (let q = 0; q < this.#count; q++) out[to + q] = f64[moves + q]!;
  }
}

/**
 * The movements from a value to what the head says, in units: (mean + spread × (W h + b) − value) / unit; each sum over h in its order.
 *
 * This is the reference of the kernel's `headMoves`, which does the work: the same numbers in the same order.
 *
 * @param head W [H][channels × horizon] and b
 * @param h [H]
 * @returns to each horizon; 0 to those beyond the head's own
 */
export function headMoves(
  { W, b }: Head,
  { channels, horizon }: Pick<Model, 'channels' | 'horizon'>,
  horizons: readonly number[],
  h: Float32Array,
  { channel, mean, spread, value, unit }: Omit<HeadQuestion, 'hidden' | 'hiddenAt'>,
): number[] {
  return horizons.map((steps) => {
    if (steps > horizon || unit === 0) return 0;
    const column = channel * horizon + steps - 1;
    let said = b[column]!;
    for (const [j, h_j] of h.entries()) said += h_j * W[j * channels * horizon + column]!;
    return cut((mean + spread * said - value) / unit, FAR);
  });
}
