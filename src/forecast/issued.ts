import { fromBfloat16, toBfloat16 } from '../maths/bfloat16.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { cut } from './base.ts';
import type { Plan } from './plan.ts';
import { ringPlace } from './ring.ts';
import type { Workspace } from './workspace.ts';

/** Kept numbers are at most this large. */
const LARGEST = 1e38;

/**
 * The forecasts that are still to come true, in Memory: what `forecast` wrote at earlier steps and `score`, `detect` and `learn`
 * read when their targets arrive. A ring by step number, long enough for the farthest horizon. Forecasts are kept as movements from the
 * value of their step, in units.
 */
export class Issued {
  readonly #memory: Memory;
  readonly #plan: Plan;
  readonly #experts: number;
  readonly #ring: number;
  readonly #near: number;
  /** [channels][ring] number of the step whose forecasts stand there. */
  readonly #stamp: Slot;
  /** [ring][channels] value of the step; where the channel was not observed, the last one before. */
  readonly #value: Slot;
  /** [ring][channels][Q] */
  readonly #move: Slot;
  /** [ring][channels][Q][2] how far the main band reaches above and below, in units; NaN: there was none. */
  readonly #reach: Slot;
  /** [nearest + 1][channels][2] the same of the outer band of the nearest horizon: a ring of its own, as long as that one needs. */
  readonly #outer: Slot;
  /** [ring][channels][experts][Q] what each expert said. */
  readonly #said: Slot;

  constructor(memory: Memory, plan: Plan, experts: number) {
    const { channels, horizons, farthest } = plan;
    const Q = horizons.length;
    this.#memory = memory;
    this.#plan = plan;
    this.#experts = experts;
    this.#ring = farthest + 1;
    this.#stamp = memory.series('issued.index', 'f64', this.#ring * channels);
    this.#value = memory.series('issued.value', 'f64', this.#ring * channels);
    this.#move = memory.series('issued.move', 'f32', this.#ring * channels * Q);
    this.#reach = memory.series('issued.reach', 'u16', this.#ring * channels * Q * 2);
    this.#near = horizons[0]! + 1;
    this.#outer = memory.series('issued.outer', 'u16', this.#near * channels * 2);
    this.#said = memory.series('issued.said', 'u16', this.#ring * channels * Q * experts);
  }

  /** Steps that are kept. */
  get ring(): number {
    return this.#ring;
  }

  /** Steps that outer bands are kept of, and where all lies that the kernel reads and writes. */
  get kept() {
    return {
      near: this.#near,
      stamps: this.#stamp,
      values: this.#value,
      moves: this.#move,
      reaches: this.#reach,
      outer: this.#outer,
    };
  }

  /** Opens the channel's place of step `index`. */
  stamp(row: number, channel: number, index: number): void {
    this.#memory.view().f64[this.stamps(row, channel) + ringPlace(index, this.#ring)] = index;
  }

  /** Whether forecasts of the channel were issued at step `index` and are still kept. */
  has(row: number, channel: number, index: number): boolean {
    const at = this.stamps(row, channel) + ringPlace(index, this.#ring);
    return index > 0 && this.#memory.view().f64[at] === index;
  }

  /** Keeps the value that the forecasts of step `index` begin at. */
  setValue(row: number, channel: number, index: number, value: number): void {
    this.#memory.view().f64[this.#value.at(row) + this.#place(channel, index)] = value;
  }

  /** The value that the forecasts of step `index` begin at. */
  value(row: number, channel: number, index: number): number {
    return this.#memory.view().f64[this.#value.at(row) + this.#place(channel, index)]!;
  }

  /**
   * Holds the value y of step `index` against all forecasts of it: `matured` of matured.ts for every horizon, to the workspace's `places`,
   * `errors`, `changes` and `moved`.
   *
   * @param age readings since the series has forecasts of its own; 0: nothing learns from this one
   */
  mature(
    row: number,
    channel: number,
    index: number,
    y: number,
    unit: number,
    age: number,
    { kernel, horizons, places, errors, changes, moved }: Workspace,
  ): void {
    kernel.matured(
      horizons,
      this.#plan.horizons.length,
      this.#ring,
      this.#plan.channels,
      index,
      ringPlace(index, this.#ring),
      8 * this.stamps(row, channel),
      8 * (this.#value.at(row) + channel),
      4 * this.moves(row, channel, 0),
      y,
      unit,
      age,
      places,
      errors,
      changes,
      moved,
    );
  }

  /** Index in `view().f32` of the movements to all horizons, issued at step `index`. */
  moves(row: number, channel: number, index: number): number {
    return this.#move.at(row) + this.#place(channel, index) * this.#plan.horizons.length;
  }

  /** Index in `view().u16` of the reaches (above, below) of all horizons, issued at step `index`, as bfloat16. */
  reaches(row: number, channel: number, index: number): number {
    return this.#reach.at(row) + this.#place(channel, index) * this.#plan.horizons.length * 2;
  }

  /** Index in `view().u16` of the reaches (above, below) of the outer band, issued at step `index`, as bfloat16. */
  outer(row: number, channel: number, index: number): number {
    return this.#outer.at(row) + (ringPlace(index, this.#near) * this.#plan.channels + channel) * 2;
  }

  /** Index in `view().u16` of what the experts said, [experts][Q], issued at step `index`, as bfloat16. */
  said(row: number, channel: number, index: number): number {
    return this.#said.at(row) + this.#place(channel, index) * this.#plan.horizons.length * this.#experts;
  }

  /** Units have changed: differences are to be multiplied by `factor`. */
  rebase(row: number, channel: number, factor: number): void {
    const { f32, u16 } = this.#memory.view();
    const Q = this.#plan.horizons.length;
    const scaled = (x: number): number => cut(x * factor, LARGEST);
    const scaleHalves = (from: number, count: number): void => {
      for (let i = from; i < from + count; i++) u16[i] = toBfloat16(scaled(fromBfloat16(u16[i]!)));
    };
    for (let index = 0; index < this.#ring; index++) {
      const moves = this.moves(row, channel, index);
      for (let i = moves; i < moves + Q; i++) f32[i] = scaled(f32[i]!);
      scaleHalves(this.reaches(row, channel, index), 2 * Q);
      if (index < this.#near) scaleHalves(this.outer(row, channel, index), 2);
      scaleHalves(this.said(row, channel, index), Q * this.#experts);
    }
  }

  /** Index in `view().f64` of a channel's step numbers by place in the ring. */
  stamps(row: number, channel: number): number {
    return this.#stamp.at(row) + channel * this.#ring;
  }

  #place(channel: number, index: number): number {
    return ringPlace(index, this.#ring) * this.#plan.channels + channel;
  }
}
