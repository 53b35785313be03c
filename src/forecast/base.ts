import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';

/** Readings before a series has forecasts of its own; until then the forecast is the last value. */
export const WARM_UP = 50;
/** Changes of value among them. */
export const MOVES = 20;
/** Weight of the past in mean and variance, in readings. */
const WINDOW = 1000;
/** A reading counts as at most this many standard deviations from the mean, from the ninth on. */
const CUT = 10;
const FIRST = 8;
/** A unit is taken anew when the spread has changed by more than this factor, or the mean has moved by so many units. */
const RESCALE = 30;
const RESHIFT = 90;
/** While a series warms up its unit follows the spread when this factor is passed. */
const LOOSE = 2;
/** A series is stuck that has not moved for a day, or for so many readings. */
const STUCK = 16;
/** The rate of the smoothed level (simple exponential smoothing). */
const SMOOTHING = 0.2;
/** Deviations are cut here, so that their squares are numbers. */
const HUGE = 1e140;
/** Units that grow by more have had no meaning. */
const LARGEST_FACTOR = 1e30;

/**
 * Places of a channel's numbers: anchor M0, unit S0, mean, variance, readings, changes of value (once the warm-up is over: minus the
 * readings it took), readings without a change, smoothed level, last value.
 */
const [ANCHOR, UNIT, MEAN, VARIANCE, READINGS, CHANGES, STILL, SMOOTHED, LAST] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const WIDTH = 9;

/** The anchor and the unit have changed. */
export interface Rebase {
  /** What offsets from the anchor lose. */
  readonly moved: number;
  /** What differences in units are to be multiplied by. */
  readonly factor: number;
  /** Whether the series has forecasts of its own from here on, learned anew. */
  readonly begins: boolean;
}

/**
 * Anchor M0 and unit S0 of each series and channel, in Memory: what features, weights and errors are measured in.
 *
 * They are frozen after the warm-up, and taken anew only when the series has changed beyond recognition: a moving scale would move
 * the meaning of every weight. Mean and variance are exponentially weighted; no single reading moves them far.
 */
export class Base {
  readonly #memory: Memory;
  readonly #slot: Slot;

  constructor(memory: Memory, channels: number) {
    this.#memory = memory;
    this.#slot = memory.series('base', 'f64', WIDTH * channels);
  }

  /** The last value that was observed; NaN before the first. */
  last(row: number, channel: number): number {
    const { f64 } = this.#memory.view();
    const at = this.#at(row, channel);
    return f64[at + READINGS]! > 0 ? f64[at + LAST]! : NaN;
  }

  /** M0 */
  anchor(row: number, channel: number): number {
    return this.#memory.view().f64[this.#at(row, channel) + ANCHOR]!;
  }

  /** S0; 0 while the series has never moved. */
  unit(row: number, channel: number): number {
    return this.#memory.view().f64[this.#at(row, channel) + UNIT]!;
  }

  /** Readings since the series has forecasts of its own, the first of them 1; 0 before. */
  age(row: number, channel: number): number {
    const { f64 } = this.#memory.view();
    const at = this.#at(row, channel);
    return f64[at + CHANGES]! < 0 ? f64[at + READINGS]! + f64[at + CHANGES]! + 1 : 0;
  }

  /** Readings in a row that were the same as the one before. */
  still(row: number, channel: number): number {
    return this.#memory.view().f64[this.#at(row, channel) + STILL]!;
  }

  /** Whether the series has stood still for longer than a day of `stepsOfDay` steps (0: not known). */
  isStuck(row: number, channel: number, stepsOfDay: number): boolean {
    return this.still(row, channel) > Math.max(stepsOfDay, STUCK);
  }

  /** Whether the series has stood still for so long that it says nothing of how it moves any more. */
  isAsleep(row: number, channel: number): boolean {
    return this.still(row, channel) >= WINDOW;
  }

  /** The level by simple exponential smoothing. */
  smoothed(row: number, channel: number): number {
    return this.#memory.view().f64[this.#at(row, channel) + SMOOTHED]!;
  }

  /** Takes in a reading; says how numbers of before are to be changed, where the units have. */
  take(row: number, channel: number, value: number): Rebase | undefined {
    const { f64 } = this.#memory.view();
    const at = this.#at(row, channel);
    const count = f64[at + READINGS]! + 1;
    f64[at + READINGS] = count;
    const isChange = value !== f64[at + LAST]!;
    f64[at + LAST] = value;
    if (count === 1) {
      f64[at + ANCHOR] = value;
      f64[at + MEAN] = value;
      f64[at + SMOOTHED] = value;
      return undefined;
    }
    const isWarm = f64[at + CHANGES]! < 0;
    f64[at + STILL] = isChange ? 0 : f64[at + STILL]! + 1;
    if (isChange && !isWarm) f64[at + CHANGES] = f64[at + CHANGES]! + 1;
    if (f64[at + STILL]! >= WINDOW) return undefined; // that it stands still says nothing of how it moves
    const mean = f64[at + MEAN]!;
    const variance = f64[at + VARIANCE]!;
    const limit = count > FIRST && variance > 0 ? Math.min(HUGE, CUT * Math.sqrt(variance)) : HUGE;
    f64[at + SMOOTHED] = f64[at + SMOOTHED]! + SMOOTHING * cut(value - f64[at + SMOOTHED]!, limit);
    const deviation = cut(value - mean, limit);
    const weight = 1 / Math.min(count, WINDOW);
    f64[at + MEAN] = mean + deviation * weight;
    f64[at + VARIANCE] = variance + (deviation * (deviation - deviation * weight) - variance) * weight;
    return this.#due(f64, at, isWarm);
  }

  #due(f64: Float64Array, at: number, isWarm: boolean): Rebase | undefined {
    const spread = Math.sqrt(f64[at + VARIANCE]!);
    if (!(spread > 0)) return undefined;
    const unit = f64[at + UNIT]!;
    const factor = isWarm ? RESCALE : LOOSE;
    const far = Math.abs(f64[at + MEAN]! - f64[at + ANCHOR]!) > RESHIFT * unit;
    const isDone = !isWarm && f64[at + READINGS]! >= WARM_UP && f64[at + CHANGES]! >= MOVES;
    if (!isDone && spread <= factor * unit && spread * factor >= unit && !far) return undefined;
    const begins = isDone || isWarm;
    if (begins) f64[at + CHANGES] = -f64[at + READINGS]!;
    const moved = f64[at + MEAN]! - f64[at + ANCHOR]!;
    f64[at + ANCHOR] = f64[at + MEAN]!;
    f64[at + UNIT] = spread;
    return { moved, factor: Math.min(LARGEST_FACTOR, unit / spread), begins };
  }

  #at(row: number, channel: number): number {
    return this.#slot.at(row) + channel * WIDTH;
  }
}

/** No movement, level or feature counts as more units than this. */
export const FAR = 1e6;

/** x, at most `limit` from 0. */
export function cut(x: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, x));
}
