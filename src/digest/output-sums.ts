import type { DeadLetter } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import type { Points } from '../sink/points.ts';
import { OutputBytes } from './output-bytes.ts';
import type { RangeDigest } from './range-digest.ts';
import { addHash, hexOf, LIMBS } from './sum256.ts';

/** Measurements that are numbered each on its own; a series and each of its channels has as many numbers. */
const MEASUREMENTS = [
  'reading',
  'forecast',
  'anomaly',
  'event',
  'alert',
] as const satisfies readonly Points['measurement'][];

/** In `digest.range`: 1 once something counts, the offset of the first record that does, the records before it. */
const BEGUN = 0;
const FROM = 1;
const BEFORE = 2;

/** In `digest.count` and, times LIMBS, in `digest.sum`. */
const OUTPUTS = 0;
const DEAD = 1;

/** What belongs to the digest alone begins so: a state is the same with and without it. */
export const DIGEST_SLOTS = 'digest';

/**
 * Sums over all that a partition gives out: of each output SHA-256 of its canonical bytes (see `OutputBytes`), added up modulo 2^256. All of it lies in
 * Memory, so that a sum is committed, rolled back, restored and moved as the state that it tells of.
 *
 * 1. A sum does not tell in which order different series gave their outputs, and so nothing of frames, commits and restarts. Each output has a number
 *    instead, so that none can be swapped: of its measurement among those of its series and channel in this partition, from 1.
 * 2. Outputs of one measurement that came of one reading share a number (a forecast's horizons, say). Each alert has its own.
 * 3. An output whose series is not in Memory has number 0. Dead letters are numbered in the partition, in the order of their offsets.
 */
export class OutputSums {
  readonly #memory: Memory;
  readonly #channels: readonly string[];
  readonly #numbers: Slot;
  readonly #range: Slot;
  readonly #count: Slot;
  readonly #sum: Slot;
  readonly #bytes = new OutputBytes();

  /** Declares its slots. @param channels names of a reading's channels; `['']` for series of one number */
  constructor(memory: Memory, channels: readonly string[]) {
    this.#memory = memory;
    this.#channels = channels[0] === '' ? [] : channels;
    const width = MEASUREMENTS.length * (1 + this.#channels.length);
    this.#numbers = memory.apart('digest.number', 'f64', width); // a series that goes back goes on counting
    this.#range = memory.partition('digest.range', 'f64', 3);
    this.#count = memory.partition('digest.count', 'f64', 2);
    this.#sum = memory.partition('digest.sum', 'i32', 2 * LIMBS);
  }

  /** Whether something counts already. */
  get hasBegun(): boolean {
    return this.#memory.view().f64[this.#range.at(0) + BEGUN] === 1;
  }

  /** What comes from this offset on counts. */
  begin(offset: number, recordsBefore: number): void {
    this.#memory.touchPartition();
    const { f64 } = this.#memory.view();
    const at = this.#range.at(0);
    f64[at + BEGUN] = 1;
    f64[at + FROM] = offset;
    f64[at + BEFORE] = recordsBefore;
  }

  /** Adds all that came of one frame, in which no series stands twice. */
  add(blocks: readonly Points[]): void {
    this.#memory.touchPartition();
    const { f64, i32 } = this.#memory.view();
    const count = this.#count.at(0) + OUTPUTS;
    const sum = this.#sum.at(0) + OUTPUTS * LIMBS;
    /** Places of numbers that this frame has moved on. */
    const moved = new Set<number>();
    for (const block of blocks) {
      if (block.length === 0) continue;
      const bytesOf = this.#bytes.points(block);
      for (let row = 0; row < block.length; row++) {
        if (!isPoint(block, row)) continue;
        addHash(i32, sum, bytesOf(row, this.#number(f64, block, row, moved)));
        f64[count] = f64[count]! + 1;
      }
    }
  }

  /** Adds the dead letters of one batch. */
  addDead(letters: readonly DeadLetter[]): void {
    if (letters.length === 0) return;
    this.#memory.touchPartition();
    const { f64, i32 } = this.#memory.view();
    const count = this.#count.at(0) + DEAD;
    const sum = this.#sum.at(0) + DEAD * LIMBS;
    for (const letter of letters.toSorted((a, b) => a.offset - b.offset)) {
      f64[count] = f64[count]! + 1;
      addHash(i32, sum, this.#bytes.deadLetter(letter, f64[count]));
    }
  }

  /** What has come until the position; undefined before anything has. */
  read(position: number): RangeDigest | undefined {
    if (!this.hasBegun) return undefined;
    const { f64, i32 } = this.#memory.view();
    const range = this.#range.at(0);
    const count = this.#count.at(0);
    const sum = this.#sum.at(0);
    return {
      from: f64[range + FROM]!,
      to: position,
      before: f64[range + BEFORE]!,
      outputs: f64[count + OUTPUTS]!,
      sum: hexOf(i32, sum + OUTPUTS * LIMBS),
      dead: f64[count + DEAD]!,
      deadSum: hexOf(i32, sum + DEAD * LIMBS),
    };
  }

  #number(f64: Float64Array, block: Points, row: number, moved: Set<number>): number {
    const place = this.#placeOf(block, row);
    if (place < 0) return 0;
    if (block.measurement !== 'alert') {
      if (moved.has(place)) return f64[place]!;
      moved.add(place);
    }
    f64[place] = f64[place]! + 1;
    return f64[place];
  }

  /** Where the numbers of this measurement of a series or a channel lie; −1 for a series that is not in Memory. */
  #placeOf({ measurement, series }: Points, row: number): number {
    const name = series[row]!;
    const of = this.#channelOf(measurement, name);
    const known = this.#memory.find(of < 0 ? name : name.slice(0, -1 - this.#channels[of]!.length));
    if (known === undefined) return -1;
    this.#memory.touch(known);
    return this.#numbers.at(known) + (1 + of) * MEASUREMENTS.length + MEASUREMENTS.indexOf(measurement);
  }

  /** The channel whose own name as a series this is; −1 for a series as a whole. Alerts are of a whole one. */
  #channelOf(measurement: Points['measurement'], name: string): number {
    if (measurement === 'alert') return -1;
    return this.#channels.findIndex((channel) => name.endsWith(`.${channel}`));
  }
}

/** A row whose fields are all NaN is none. */
function isPoint({ fields }: Points, row: number): boolean {
  for (const name in fields) if (!Number.isNaN(fields[name]![row]!)) return true;
  return false;
}
