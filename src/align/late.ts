import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { intervalOf } from './grid.ts';
import type { StepRefusal, Steps } from './steps.ts';
import { toldSlots } from './told.ts';

/** A reading that is to be stepped. */
export interface KeptReading {
  readonly time: number;
  /** [channels] */
  readonly value: Float64Array;
  /** Its place among those that are kept; −1: it is not kept any more. */
  readonly place: number;
  /** Whether it is the late one itself. */
  readonly isLate: boolean;
}

/** Images of each series' row: of two boundaries. */
const IMAGES = 2;
/** Numbers at the head of what is kept: how many readings; whether any was dropped; the time of the newest of those. */
const HEAD = 3;

/**
 * What late readings are taken in by, in Memory: each series' row as it was at two instants, and the readings since.
 *
 * 1. Event time has a boundary at each whole multiple k of the grace. The image of boundary k is the row after all readings of the series before it,
 *    in the order of their times. Kept are those of the newest boundary that the series has passed and of the one before.
 * 2. As no reading that lies the grace or more behind the watermark is taken in, the older image is always old enough. All of the row, its images and
 *    what is kept are so a function of the set of readings that were taken in, whatever the order in which they came.
 * 3. Of the readings since the older boundary the newest `capacity` are kept. Where one was dropped that came after a boundary, its image leads to
 *    nothing any more, until there is a newer one.
 * 4. A row that holds readings and keeps none was carried over from other settings: it has no images until it passes a boundary.
 */
export class Late {
  readonly #memory: Memory;
  readonly #steps: Steps;
  readonly #grace: number;
  readonly #channels: number;
  readonly #capacity: number;
  /** [HEAD] */
  readonly #head: Slot;
  /** [capacity] ascending */
  readonly #time: Slot;
  /** [capacity][channels] */
  readonly #value: Slot;
  /** What is told of the readings, once all stages have asked for their slots. */
  #told: readonly Slot[] | undefined;

  /**
   * @param grace whole ms
   * @param capacity most readings of a series that are kept, at least 1
   */
  constructor(memory: Memory, steps: Steps, grace: number, capacity: number, channels: number) {
    this.#memory = memory;
    this.#steps = steps;
    this.#grace = grace;
    this.#channels = channels;
    this.#capacity = capacity;
    memory.keepImages(IMAGES, grace);
    this.#head = memory.apart('late', 'f64', HEAD);
    this.#time = memory.apart('late.time', 'f64', capacity);
    this.#value = memory.apart('late.value', 'f64', capacity * channels);
  }

  /** Why a reading cannot be taken in; undefined where it can, as the next of its series or as a late one. */
  refusal(row: number, time: number, watermark: number): StepRefusal | undefined {
    const newest = this.#steps.last(row);
    if (newest === undefined || time > newest) return undefined;
    if (time === newest || this.#timeAt(row, this.#placeOf(row, time)) === time)
      return { reason: 'duplicate', expected: 'a time that its series has no reading of' };
    const behind = watermark - time;
    if (!(time > watermark - this.#grace))
      return {
        reason: 'late',
        expected: `less than ${this.#grace} ms behind the watermark, got ${behind} ms`,
      };
    const oldest = this.#oldest(row, newest);
    if (time >= oldest) return undefined;
    const since = oldest === Infinity ? `after ${newest}, the newest of its series` : `from ${oldest} on`;
    return {
      reason: 'late',
      expected: `one ${since}, those before are not kept; it is ${behind} ms behind the watermark`,
    };
  }

  /**
   * Keeps the images of the boundaries that a reading passes, which is about to be stepped after all before it. The row's change has been announced.
   */
  pass(row: number, time: number): void {
    const k = this.#boundary(time);
    const last = this.#steps.last(row);
    const before = last === undefined ? -Infinity : this.#boundary(last);
    if (k === before) return;
    this.#memory.keepImage(row, imageOf(k));
    if (k > before + 1) this.#memory.keepImage(row, imageOf(k - 1));
  }

  /**
   * Keeps the next reading of a series.
   *
   * @param value holds its numbers from `from` on
   * @returns its place among those that are kept
   */
  keep(row: number, time: number, value: Float64Array, from: number): number {
    const oldest = (this.#boundary(time) - 1) * this.#grace;
    const dropped = this.#dropped(row);
    let gone = 0;
    while (gone < this.#count(row) && this.#timeAt(row, gone) < oldest) gone++;
    this.#remove(row, gone);
    this.#setDropped(row, dropped >= oldest ? dropped : -Infinity);
    this.#insert(row, time, value, from);
    return this.#count(row) - 1;
  }

  /**
   * Takes a series back to before a late reading, for which there was no refusal, and keeps that.
   *
   * @returns what is to be stepped from there, in order
   */
  goBack(row: number, time: number, value: Float64Array, from: number): readonly KeptReading[] {
    const newest = this.#boundary(this.#steps.last(row)!);
    const k = Math.min(newest, this.#boundary(time));
    const first = this.#placeOf(row, k * this.#grace);
    const late = this.#placeOf(row, time);
    const all = Array.from({ length: this.#count(row) - first }, (_, i) => this.#reading(row, first + i));
    const own = value.slice(from, from + this.#channels);
    all.splice(late - first, 0, { time, value: own, place: late, isLate: true });
    const isOneDropped = this.#insert(row, time, value, from);
    this.#memory.restoreImage(row, imageOf(k));
    return all.map((reading, i) => ({ ...reading, place: first + i - (isOneDropped ? 1 : 0) }));
  }

  #boundary(time: number): number {
    return intervalOf(time, { every: this.#grace, offset: 0 });
  }

  /** Time from which on a late reading of a series can be taken in; Infinity: there is no image. */
  #oldest(row: number, newest: number): number {
    const k = this.#boundary(newest);
    const dropped = this.#dropped(row);
    const boundaries = [(k - 1) * this.#grace, k * this.#grace];
    return boundaries.find((boundary) => dropped < boundary) ?? Infinity;
  }

  #count(row: number): number {
    return this.#memory.view().f64[this.#head.at(row)]!;
  }

  /** Time of the newest reading that is not kept though it may lie after a boundary; −Infinity: there is none. */
  #dropped(row: number): number {
    const { f64 } = this.#memory.view();
    const at = this.#head.at(row);
    if (f64[at] === 0) return this.#steps.last(row) ?? -Infinity;
    return f64[at + 1] === 0 ? -Infinity : f64[at + 2]!;
  }

  #setDropped(row: number, time: number): void {
    const { f64 } = this.#memory.view();
    const at = this.#head.at(row);
    f64[at + 1] = time === -Infinity ? 0 : 1;
    f64[at + 2] = time === -Infinity ? 0 : time;
  }

  /** Time of a kept reading; NaN: there is none in this place. */
  #timeAt(row: number, place: number): number {
    return place < this.#count(row) ? this.#memory.view().f64[this.#time.at(row) + place]! : NaN;
  }

  /** The first place whose reading is of this time or later; the number of kept ones where there is none. */
  #placeOf(row: number, time: number): number {
    let [low, high] = [0, this.#count(row)];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timeAt(row, middle) >= time) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #reading(row: number, place: number): KeptReading {
    const at = this.#value.at(row) + place * this.#channels;
    const value = this.#memory.view().f64.slice(at, at + this.#channels);
    return { time: this.#timeAt(row, place), value, place, isLate: false };
  }

  /** @returns whether the oldest had to go, which may be this one. */
  #insert(row: number, time: number, value: Float64Array, from: number): boolean {
    const isFull = this.#count(row) === this.#capacity;
    const place = this.#placeOf(row, time);
    if (isFull) this.#setDropped(row, place === 0 ? time : this.#timeAt(row, 0));
    if (isFull && place === 0) return true;
    if (isFull) this.#remove(row, 1);
    const to = isFull ? place - 1 : place;
    const count = this.#count(row);
    for (const { numbers, at, width } of this.#columns(row)) {
      numbers.copyWithin(at + (to + 1) * width, at + to * width, at + count * width);
      numbers.fill(0, at + to * width, at + (to + 1) * width);
    }
    const { f64 } = this.#memory.view();
    f64[this.#time.at(row) + to] = time;
    f64.set(value.subarray(from, from + this.#channels), this.#value.at(row) + to * this.#channels);
    f64[this.#head.at(row)] = count + 1;
    return isFull;
  }

  /** Removes the oldest ones. */
  #remove(row: number, gone: number): void {
    if (gone === 0) return;
    const count = this.#count(row);
    for (const { numbers, at, width } of this.#columns(row)) {
      numbers.copyWithin(at, at + gone * width, at + count * width);
      numbers.fill(0, at + (count - gone) * width, at + count * width);
    }
    this.#memory.view().f64[this.#head.at(row)] = count - gone;
  }

  /** All that is kept of readings: [capacity][width] each. */
  #columns(row: number) {
    const view = this.#memory.view();
    this.#told ??= toldSlots(this.#memory);
    return [this.#time, this.#value, ...this.#told].map((slot) => ({
      numbers: view[slot.type],
      at: slot.at(row),
      width: slot.width / this.#capacity,
    }));
  }
}

/** The image of boundary k: those of two in a row have places of their own. */
function imageOf(k: number): number {
  return k % IMAGES === 0 ? 0 : 1;
}
