import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';

/** Readings before a series has forecasts of its own; until then the forecast is the last value. */
export const WARM_UP = 50;
/** Changes of value among them. */
export const MOVES = 20;
/** Weight of the past in mean and variance, in readings. */
const WINDOW = 1000;
/**
 * A reading counts as at most this many standard deviations from the mean, from the ninth on: so many of the first values are kept, and
 * looked at together.
 */
const CUT = 10;
const FIRST = 8;
const KEPT = FIRST - 1;
/** What the median distance of normal numbers from their median is multiplied by to give their standard deviation. */
const TO_NORMAL = 1.4826;
/** A unit is taken anew when the spread has changed by more than this factor, or the mean has moved by so many units. */
const RESCALE = 30;
const RESHIFT = 90;
/** While a series warms up its unit follows the spread when this factor is passed. */
const LOOSE = 2;
/** A series is stuck that has not moved for a season, or for so many readings. */
const STUCK = 16;
/** The rate of the smoothed level (simple exponential smoothing). */
const SMOOTHING = 0.2;
/** Deviations are cut here, so that their squares are numbers. */
const HUGE = 1e140;
/** Units that grow by more have had no meaning. */
const LARGEST_FACTOR = 1e30;

/**
 * Places of a channel's numbers: anchor M0, unit S0, mean, variance, readings, changes of value (once the warm-up is over: minus the
 * readings it took), readings without a change, smoothed level, last value, mean |change| of the warm-up.
 */
const [ANCHOR, UNIT, MEAN, VARIANCE, READINGS, CHANGES, STILL, SMOOTHED, LAST, MOVE] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
];
const WIDTH = 10;

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
 * the meaning of every weight. Mean and variance are exponentially weighted; no single reading moves them far. Among the first eight
 * values up to three may be anything: what lies 10 standard deviations from their median, by the median distance, is cut when the eighth
 * has come (see `calm`).
 */
export class Base {
  readonly #memory: Memory;
  readonly #slot: Slot;
  /** [channels][KEPT] the first values, each other than the one before. */
  readonly #first: Slot;

  constructor(memory: Memory, channels: number) {
    this.#memory = memory;
    this.#slot = memory.series('base', 'f64', WIDTH * channels);
    this.#first = memory.series('base.first', 'f64', KEPT * channels);
  }

  /** [channels][10] float64, of which the kernel reads the first two: anchor and unit. */
  get slot(): Slot {
    return this.#slot;
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

  /** Whether the series has stood still for longer than a season of so many steps (0: not known). */
  isStuck(row: number, channel: number, season: number): boolean {
    return this.still(row, channel) > Math.max(season, STUCK);
  }

  /** Whether the series has stood still for so long that it says nothing of how it moves any more. */
  isAsleep(row: number, channel: number): boolean {
    return this.still(row, channel) >= WINDOW;
  }

  /**
   * The largest change that the warm-up lets a series be expected to make: 10 times the mean of its |y_t − y_{t−1}|, each of which counts as at
   * most that much. What is young cuts by it, until there is something better.
   */
  jolt(row: number, channel: number): number {
    return CUT * this.#memory.view().f64[this.#at(row, channel) + MOVE]!;
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
    const first = this.#first.at(row) + channel * KEPT;
    const move = Math.min(HUGE, Math.abs(value - f64[at + LAST]!));
    const isChange = value !== f64[at + LAST]!;
    f64[at + LAST] = value;
    if (count === 1) {
      f64[first] = value;
      f64[at + ANCHOR] = value;
      f64[at + MEAN] = value;
      f64[at + SMOOTHED] = value;
      return undefined;
    }
    const isWarm = f64[at + CHANGES]! < 0;
    f64[at + STILL] = isChange ? 0 : f64[at + STILL]! + 1;
    if (!isWarm) {
      const usual = f64[at + MOVE]!;
      const moved = count > FIRST && usual > 0 ? Math.min(move, CUT * usual) : move;
      f64[at + MOVE] = usual + (moved - usual) / (count - 1);
      if (isChange) f64[at + CHANGES] = f64[at + CHANGES]! + 1;
    }
    if (f64[at + STILL]! >= WINDOW) return undefined; // that it stands still says nothing of how it moves
    const mean = f64[at + MEAN]!;
    const variance = f64[at + VARIANCE]!;
    const limit = count > FIRST && variance > 0 ? Math.min(HUGE, CUT * Math.sqrt(variance)) : HUGE;
    f64[at + SMOOTHED] = f64[at + SMOOTHED]! + SMOOTHING * cut(value - f64[at + SMOOTHED]!, limit);
    const deviation = cut(value - mean, limit);
    const weight = 1 / Math.min(count, WINDOW);
    f64[at + MEAN] = mean + deviation * weight;
    f64[at + VARIANCE] = variance + (deviation * (deviation - deviation * weight) - variance) * weight;
    const changes = f64[at + CHANGES]!;
    if (isChange && changes > 0 && changes < FIRST) {
      if (changes < KEPT) f64[first + changes] = value;
      else calm(f64, at, Float64Array.of(...f64.subarray(first, first + KEPT), value));
    }
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
    if (isWarm) f64[at + MOVE] = spread; // how it moves from here on is not known
    return { moved, factor: Math.min(LARGEST_FACTOR, unit / spread), begins };
  }

  #at(row: number, channel: number): number {
    return this.#slot.at(row) + channel * WIDTH;
  }
}

/**
 * Takes mean, variance, smoothed level and mean change anew from the first values, none of which counts as more than `CUT` standard deviations
 * from their median, as the median distance has it. Where none lies so far out all stays as it is.
 */
function calm(f64: Float64Array, at: number, first: Float64Array): void {
  const middle = first.toSorted()[FIRST >> 1]!;
  const distances = first.map((value) => Math.abs(value - middle)).toSorted();
  const limit = Math.min(HUGE, CUT * TO_NORMAL * distances[FIRST >> 1]!);
  if (distances.at(-1)! <= limit) return;
  const deviations = first.map((value) => cut(value - middle, limit));
  const mean = deviations.reduce((sum, deviation) => sum + deviation) / FIRST;
  const isNear = (value: number): boolean => Math.abs(value - middle) <= limit;
  const moves = [...first.keys()].filter((i) => i > 0 && isNear(first[i]!) && isNear(first[i - 1]!));
  const moved = moves.reduce((sum, i) => sum + Math.abs(first[i]! - first[i - 1]!), 0);
  f64[at + MEAN] = middle + mean;
  f64[at + VARIANCE] = deviations.reduce((sum, deviation) => sum + (deviation - mean) ** 2, 0) / FIRST;
  f64[at + SMOOTHED] = middle;
  f64[at + MOVE] = moves.length > 0 ? moved / moves.length : limit / CUT;
}

/** No movement, level or feature counts as more units than this. */
export const FAR = 1e6;

/** x, at most `limit` from 0. */
export function cut(x: number, limit: number): number {
  return Math.max(-limit, Math.min(limit, x));
}
