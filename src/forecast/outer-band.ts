import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { BAND, type BandPlan, bandScale, startOf, trackReach } from './band.ts';
import type { Plan } from './plan.ts';

/** Coverage of the outer band: what `detect` holds readings against. */
const LEVEL = 0.99;

/** The outer band of each series and channel at the nearest horizon, in Memory. Its errors are those of the other bands there, and so are their sizes. */
export class OuterBand {
  readonly #memory: Memory;
  readonly #horizons: number;
  readonly #plan: BandPlan;
  /** Of `Bands`. */
  readonly #sizes: Slot;
  readonly #reach: Slot;

  /** @param sizes slot of the sizes of the errors at all horizons, which `Bands` keeps */
  constructor(memory: Memory, { channels, horizons }: Plan, sizes: Slot, rate: number) {
    this.#memory = memory;
    this.#horizons = horizons.length;
    this.#plan = { levels: [LEVEL], main: 0, rate, start: [startOf(LEVEL)] };
    this.#sizes = sizes;
    this.#reach = memory.series('band.outer.reach', 'f32', 2 * channels);
  }

  /** How far it reaches above and below the forecast, in the series' units; NaN before there is one. */
  reach(row: number, channel: number, out: Float64Array): void {
    const { f32, f64 } = this.#memory.view();
    const scale = bandScale(f64, this.#sizesAt(row, channel));
    const at = this.#reach.at(row) + 2 * channel;
    out[0] = Math.max(0, f32[at]!) * scale;
    out[1] = Math.max(0, f32[at + 1]!) * scale;
  }

  /** Takes in a matured error, before `Bands` does: the sizes are still those that it was told with. See `trackBand`. */
  take(row: number, channel: number, error: number, above: number, below: number): void {
    const { f32, f64 } = this.#memory.view();
    const reachAt = this.#reach.at(row) + 2 * channel;
    trackReach(f64, this.#sizesAt(row, channel), f32, reachAt, error, above, below, this.#plan);
  }

  #sizesAt(row: number, channel: number): number {
    return this.#sizes.at(row) + channel * this.#horizons * BAND;
  }
}
