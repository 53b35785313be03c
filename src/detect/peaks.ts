import { exp32 } from '../maths/float32.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';

/** Peaks that are kept. */
const KEPT = 16;

/** How long peaks count, in readings. */
export interface PeakTimes {
  /** For so long after a peak only what is higher counts, and is the same peak. */
  readonly refractory: number;
  /** After that the bar falls to 1/e within so many. */
  readonly fall: number;
  /** What is left of a peak in the budget after so many: 1/e. */
  readonly budget: number;
}

/**
 * The last 16 peaks of each channel's strength of evidence, so that one event is one alert, and that a series which often rises so high
 * has to rise higher to be one.
 */
export class Peaks {
  readonly #memory: Memory;
  readonly #times: PeakTimes;
  /** [channels] peaks that have come. */
  readonly #count: Slot;
  /** [channels][16] how high they are. */
  readonly #heights: Slot;
  /** [channels][16] numbers of their readings. */
  readonly #readings: Slot;

  constructor(memory: Memory, name: string, channels: number, times: PeakTimes) {
    this.#memory = memory;
    this.#times = times;
    this.#count = memory.series(`${name}.count`, 'f64', channels);
    this.#heights = memory.series(`${name}.height`, 'f32', KEPT * channels);
    this.#readings = memory.series(`${name}.reading`, 'f64', KEPT * channels);
  }

  /**
   * What a strength is worth after the peaks before it: strength / √(1 + k), k being the number of those at least as high, each counting
   * less the older it is; 0 unless it is above what is left of all of them.
   *
   * @param reading number of the reading in its series
   */
  weigh(row: number, channel: number, strength: number, reading: number): number {
    const { f32, f64 } = this.#memory.view();
    const heights = this.#heights.at(row) + channel * KEPT;
    const readings = this.#readings.at(row) + channel * KEPT;
    const n = Math.min(f64[this.#count.at(row) + channel]!, KEPT);
    const { refractory, fall, budget } = this.#times;
    let higher = 0;
    for (let i = 0; i < n; i++) {
      const height = f32[heights + i]!;
      if (height < strength) continue; // its bar has only fallen since
      const age = reading - f64[readings + i]!;
      const bar = age <= refractory ? height : height * exp32((refractory - age) / fall);
      if (bar >= strength) return 0;
      higher += exp32(-age / budget);
    }
    return strength / Math.sqrt(1 + higher);
  }

  /** Takes a strength in: within the refractory time of the newest peak it is part of that, and else a new one. */
  add(row: number, channel: number, strength: number, reading: number): void {
    const { f32, f64 } = this.#memory.view();
    const countAt = this.#count.at(row) + channel;
    const heights = this.#heights.at(row) + channel * KEPT;
    const readings = this.#readings.at(row) + channel * KEPT;
    const newest = (f64[countAt]! - 1) % KEPT;
    const isSame = newest >= 0 && reading - f64[readings + newest]! <= this.#times.refractory;
    if (isSame && strength <= f32[heights + newest]!) return;
    const at = isSame ? newest : f64[countAt]!++ % KEPT;
    f32[heights + at] = strength;
    f64[readings + at] = reading;
  }
}
