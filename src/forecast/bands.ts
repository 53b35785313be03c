import { Kernel } from '../cell/kernel.ts';
import type { KernelExports } from '../cell/kernel-exports.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { BAND, type BandPlan, bandScale, startOf, tailOf, trackBand } from './band.ts';
import type { Block } from './block.ts';
import type { Plan } from './plan.ts';
import type { FurtherRoom, ToldRoom } from './workspace.ts';

/**
 * The trackers of each series, channel and horizon, in Memory. The kernel computes what is told and tracked of all horizons; its references are
 * `tell` and `trackBand`.
 */
export class Bands {
  readonly #memory: Memory;
  readonly #count: number;
  readonly #plan: BandPlan;
  readonly #sizes: Slot;
  readonly #reach: Slot;
  /** Byte offset of the tail and the start of each level. */
  readonly #levels: number;

  /**
   * @param name of the slots
   * @param horizons how many of them have a tracker
   */
  constructor(
    memory: Memory,
    name: string,
    { channels }: Plan,
    horizons: number,
    { levels, main, rate }: Omit<BandPlan, 'start'>,
  ) {
    this.#memory = memory;
    this.#count = horizons;
    this.#plan = { levels, main, rate, start: levels.map(startOf) };
    const table = levels.flatMap((level) => [tailOf(level), startOf(level)]);
    this.#levels = Kernel.of(memory.arena).keep(Float64Array.from(table));
    this.#sizes = memory.series(`${name}.sizes`, 'f64', BAND * horizons * channels);
    this.#reach = memory.series(`${name}.reach`, 'f32', 2 * levels.length * horizons * channels);
  }

  /** Byte offset of the tail and the start of each level, and where u and l lie. */
  get kept(): { readonly levels: number; readonly reach: Slot } {
    return { levels: this.#levels, reach: this.#reach };
  }

  /** Sizes of the errors of each channel and horizon: `BAND` numbers each, see `trackBand`. */
  get sizes(): Slot {
    return this.#sizes;
  }

  /**
   * How far the bands of horizon q reach above and below the forecast, in the series' units, side by side by level; each at least as far as the
   * one inside it. NaN before there are bands.
   */
  reach(row: number, channel: number, q: number, out: Float64Array): void {
    const { f32, f64 } = this.#memory.view();
    const tracker = channel * this.#count + q;
    const scale = bandScale(f64, this.#sizes.at(row) + tracker * BAND);
    const at = this.#reach.at(row) + tracker * 2 * this.#plan.levels.length;
    let [above, below] = [0, 0];
    for (let b = 0; b < this.#plan.levels.length; b++) {
      above = Math.max(above, f32[at + 2 * b]!);
      below = Math.max(below, f32[at + 2 * b + 1]!);
      out[2 * b] = above * scale;
      out[2 * b + 1] = below * scale;
    }
  }

  /** Takes in a matured error e = y − ŷ of horizon q, whose main band reached so far when it was issued; NaN: there was none. */
  take(row: number, channel: number, q: number, error: number, above: number, below: number): void {
    const { f32, f64 } = this.#memory.view();
    const tracker = channel * this.#count + q;
    const reachAt = this.#reach.at(row) + tracker * 2 * this.#plan.levels.length;
    const sizesAt = this.#sizes.at(row) + tracker * BAND;
    trackBand(f64, sizesAt, f32, reachAt, error, above, below, this.#plan);
  }

  /**
   * Forecasts of all horizons and their main band, to the workspace, and how far that reaches to where its targets will find it.
   *
   * @param moves index in `view().f32` of the movements, in units
   * @param reaches index in `view().u16`
   * @param told where the forecasts go, behind the first `at`
   * @param further where the bands of all levels go; undefined: nowhere
   */
  tell(
    row: number,
    channel: number,
    y: number,
    unit: number,
    moves: number,
    reaches: number,
    at: number,
    told: ToldRoom,
    kernel: KernelExports,
    further?: FurtherRoom,
  ): void {
    const { levels, main } = this.#plan;
    kernel.tellBands(
      this.#sizesAt(row, channel),
      this.#reachAt(row, channel),
      this.#count,
      levels.length,
      main,
      y,
      unit,
      4 * moves,
      2 * reaches,
      told.yhat + 8 * at,
      told.lo + 8 * at,
      told.hi + 8 * at,
      further?.los ?? 0,
      further?.his ?? 0,
    );
  }

  /**
   * Forecasts of a block's rows and their main band, to the workspace, and how far that and the outer band reach to where their targets will find
   * it.
   *
   * @param kept see `keptOf`
   */
  tellBlock(
    kept: number,
    { table, count, values }: Block,
    { yhat, lo, hi }: ToldRoom,
    kernel: KernelExports,
  ): void {
    kernel.tellRows(kept, table, count, values, yhat, lo, hi);
  }

  /** Byte offset of a channel's first tracker. */
  #sizesAt(row: number, channel: number): number {
    return 8 * (this.#sizes.at(row) + channel * this.#count * BAND);
  }

  #reachAt(row: number, channel: number): number {
    return 4 * (this.#reach.at(row) + channel * this.#count * 2 * this.#plan.levels.length);
  }
}
