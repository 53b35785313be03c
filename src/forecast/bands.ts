import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { BAND, type BandPlan, bandScale, startOf, trackBand } from './band.ts';
import type { Plan } from './plan.ts';

/** The trackers of each series, channel and horizon, in Memory. */
export class Bands {
  readonly #memory: Memory;
  readonly #count: number;
  readonly #plan: BandPlan;
  readonly #sizes: Slot;
  readonly #reach: Slot;

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
    this.#sizes = memory.series(`${name}.sizes`, 'f64', BAND * horizons * channels);
    this.#reach = memory.series(`${name}.reach`, 'f32', 2 * levels.length * horizons * channels);
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
}
