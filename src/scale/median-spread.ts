import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';

/** What the median absolute deviation of normal numbers is multiplied by to give their standard deviation. */
const TO_NORMAL = 1.4826;
/** … and their mean absolute deviation. */
const MEAN_TO_NORMAL = 1.2533;
/** A deviation counts as at most this much, so that sums are numbers. */
const HUGE = 1e300;
/** The most readings that are kept: places are told apart by 16 bits. */
export const MOST_KEPT = 10_000;

/** Where the middle of a channel's readings is, and how far they spread. */
export interface MiddleAndSpread {
  readonly middle: Float64Array;
  readonly spread: Float64Array;
}

/**
 * Median and spread of each channel's last readings, exactly: they are kept in order in Memory, 10 bytes each. Up to half of them may be
 * anything at all without moving either far.
 *
 * The spread is 1.4826 times the median absolute deviation: the least distance from the median within which more than half of the
 * readings lie (F. R. Hampel, "The influence curve and its role in robust estimation", JASA 69, 1974). Where more than half are the
 * same, that is 0, and 1.2533 times the mean absolute deviation stands in (B. Iglewicz, D. C. Hoaglin, "How to detect and handle
 * outliers", ASQC 1993). A constant has the spread 0.
 */
export class MedianSpread {
  readonly #memory: Memory;
  readonly #window: number;
  /** [channels] readings that have come. */
  readonly #count: Slot;
  /** [channels][window] the last of them, ascending. */
  readonly #sorted: Slot;
  /** [channels][window] which of them each is: its number among all readings, modulo window. */
  readonly #number: Slot;

  /** @param window readings that count, at most `MOST_KEPT` */
  constructor(memory: Memory, channels: number, window: number) {
    this.#memory = memory;
    this.#window = window;
    this.#count = memory.series('scale.count', 'f64', channels);
    this.#sorted = memory.series('scale.sorted', 'f64', window * channels);
    this.#number = memory.series('scale.number', 'u16', window * channels);
  }

  /**
   * Takes a reading in.
   *
   * @param value NaN where the channel was not observed, which leaves all as it was
   * @param out receives median and spread, this reading included, at index k; 0 before the first
   */
  take(row: number, channel: number, value: number, out: MiddleAndSpread, k: number): void {
    if (!Number.isNaN(value)) this.#add(row, channel, value);
    const { f64 } = this.#memory.view();
    const length = Math.min(f64[this.#count.at(row) + channel]!, this.#window);
    const at = this.#sorted.at(row) + channel * this.#window;
    const middle = length > 0 ? medianOf(f64, at, length) : 0;
    out.middle[k] = middle;
    out.spread[k] = length > 0 ? spreadOf(f64, at, length, middle) : 0;
  }

  /** Puts a value in its place, and what is older than the window out of it. */
  #add(row: number, channel: number, value: number): void {
    const { u16, f64 } = this.#memory.view();
    const window = this.#window;
    const countAt = this.#count.at(row) + channel;
    const before = f64[countAt]!;
    f64[countAt] = before + 1;
    const length = Math.min(before + 1, window);
    const at = this.#sorted.at(row) + channel * window;
    const numberAt = this.#number.at(row) + channel * window;
    const number = before - Math.floor(before / window) * window;
    // the oldest, which has the number of this one, makes room
    const free = before < window ? before : u16.indexOf(number, numberAt) - numberAt;
    const place = placeOf(f64, at, length, free, value);
    shift(f64, at, free, place);
    shift(u16, numberAt, free, place);
    f64[at + place] = value;
    u16[numberAt + place] = number;
  }
}

/** Where a value belongs among ascending numbers of which the one at `free` is gone. */
function placeOf(f64: Float64Array, at: number, length: number, free: number, value: number): number {
  let place = free;
  while (place > 0 && f64[at + place - 1]! > value) place--;
  while (place < length - 1 && place >= free && f64[at + place + 1]! < value) place++;
  return place;
}

/** Moves what lies between the two places, so that the other is free. */
function shift(numbers: Float64Array | Uint16Array, at: number, free: number, place: number): void {
  if (place < free) numbers.copyWithin(at + place + 1, at + place, at + free);
  else numbers.copyWithin(at + free, at + free + 1, at + place + 1);
}

/** Of an even number the middle between the two. */
function medianOf(f64: Float64Array, at: number, length: number): number {
  const [lower, upper] = [f64[at + ((length - 1) >> 1)]!, f64[at + (length >> 1)]!];
  return lower === upper ? lower : lower / 2 + upper / 2;
}

function spreadOf(f64: Float64Array, at: number, length: number, middle: number): number {
  // of the runs of more than half of the readings the one that reaches least far from the middle: its upper end rises with its place, its lower falls
  const half = length >> 1;
  const above = (first: number): number => f64[at + first + half]! - middle;
  const below = (first: number): number => middle - f64[at + first]!;
  let [low, high] = [0, length - half];
  while (low < high) {
    const first = (low + high) >> 1;
    if (above(first) >= below(first)) high = first;
    else low = first + 1;
  }
  const onRight = low < length - half ? above(low) : Infinity;
  const onLeft = low > 0 ? below(low - 1) : Infinity;
  const deviation = Math.min(onRight, onLeft);
  if (deviation > 0) return TO_NORMAL * Math.min(HUGE, deviation);
  let sum = 0;
  for (let i = 0; i < length; i++) sum += Math.min(HUGE, Math.abs(f64[at + i]! - middle)) / length;
  return MEAN_TO_NORMAL * sum;
}
