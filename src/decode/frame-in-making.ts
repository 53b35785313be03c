import { addToAccount } from '../account.ts';
import type { DeadLetter, Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import type { SourceRecord } from '../source/source.ts';
import type { Decoder } from './decoder.ts';
import type { Eviction } from './eviction.ts';
import { Readings } from './readings.ts';
import { invalid, missing } from './refusal.ts';

/** Squares of values must stay far from the end of float64. */
const LARGEST = 1e150;

/** What frames are made with. */
export interface FrameParts {
  readonly memory: Memory;
  readonly decoder: Decoder;
  readonly account: Slot;
  /** Undefined where no series ever leaves. */
  readonly eviction: Eviction | undefined;
}

type Refused = Pick<DeadLetter, 'reason' | 'detail'> | undefined;

/** A frame while records are taken into it, one after the other: `read`, and then `take` or `drop`. */
export class FrameInMaking {
  readonly #parts: FrameParts;
  readonly #readings: Readings;
  readonly #records: SourceRecord[] = [];
  readonly #dead: DeadLetter[] = [];
  /** Of the readings that were taken in, each one's row in Memory. */
  readonly #rows: number[] = [];

  constructor(parts: FrameParts) {
    this.#parts = parts;
    this.#readings = new Readings(parts.decoder.channels.length);
  }

  /** Number of records. */
  get records(): number {
    return this.#records.length;
  }

  /** Decodes the next record. @returns why it cannot be used; undefined where it can, as far as it says itself */
  read(record: SourceRecord): Refused {
    const readings = this.#readings;
    const before = this.#rows.length;
    readings.current = this.#records.length;
    let refusal: Refused = this.#parts.decoder.decode(record, readings);
    if (!refusal && readings.length === before)
      refusal = { reason: 'missing', detail: 'expected at least one reading, got none' };
    for (let r = before; r < readings.length && !refusal; r++) refusal = valueFault(readings, r);
    return refusal;
  }

  /** The newest time of the readings of the record that was read; −Infinity where they say nothing of how late it is. */
  get newest(): number {
    const { channels, length, time, value } = this.#readings;
    const observed = channels - (this.#parts.decoder.ahead ?? 0);
    let newest = -Infinity;
    for (let r = this.#rows.length; r < length; r++) {
      const from = r * channels;
      if (observed === channels || value.slice(from, from + observed).some((y) => !Number.isNaN(y)))
        newest = Math.max(newest, time[r]!);
    }
    return newest;
  }

  /** Whether a series of the record that was read has left and comes back with what it had. */
  get bringsBack(): boolean {
    const { memory } = this.#parts;
    return this.#readings.series.slice(this.#rows.length).some((series) => memory.isArchived(series));
  }

  /** Takes the record in that was read: its readings get their rows, or it becomes a dead letter. */
  take(record: SourceRecord, refused: Refused): void {
    const refusal = refused ?? this.#stale() ?? this.#place();
    this.#records.push(record);
    if (!refusal) return;
    const before = this.#records.length - 1;
    while (this.#rows.length > 0 && this.#readings.record[this.#rows.length - 1] === before) this.#rows.pop();
    this.#readings.truncate(this.#rows.length);
    this.#dead.push({ offset: record.offset, series: '', bytes: record.value, ...refusal });
  }

  /** Forgets the record that was read. */
  drop(): void {
    this.#readings.truncate(this.#rows.length);
  }

  /** Why a reading cannot be told from one that its series has had before. */
  #stale(): Refused {
    const { eviction } = this.#parts;
    if (!eviction) return undefined;
    const { length, series, time } = this.#readings;
    for (let r = this.#rows.length; r < length; r++) {
      const after = eviction.after(series[r]!);
      if (time[r]! <= after)
        return {
          reason: 'late',
          detail: `series ${series[r]}: expected a time after ${after}, got ${time[r]}: of series that were evicted nothing is known any more`,
        };
    }
    return undefined;
  }

  #place(): Refused {
    const { memory, eviction } = this.#parts;
    const { length, series } = this.#readings;
    for (let r = this.#rows.length; r < length; r++) {
      const row = memory.row(series[r]!);
      if (row < 0) return { reason: 'state-limit', detail: `series ${series[r]}: maxStateBytes is used up` };
      eviction?.see(row);
      this.#rows.push(row);
    }
    return undefined;
  }

  /** The frame of all records, which are counted. */
  end(): Frame {
    const { memory, decoder, account } = this.#parts;
    const readings = this.#readings;
    const records = this.#records;
    memory.touchPartition();
    addToAccount(memory, account, {
      records: records.length,
      decoded: records.length - this.#dead.length,
      dead: this.#dead.length,
      readings: readings.length,
    });
    return {
      length: readings.length,
      channels: readings.channels,
      channelNames: decoder.channels,
      series: Int32Array.from(this.#rows),
      name: readings.series,
      time: Float64Array.from(readings.time),
      value: Float64Array.from(readings.value),
      offset: Float64Array.from(readings.record.map((record) => records[record]!.offset)),
      bytes: readings.record.map((record) => records[record]!.value),
      records: records.length,
      dead: this.#dead,
    };
  }
}

/** Why the numbers of reading r cannot be used; undefined where they can. */
function valueFault({ channels, value: all }: Readings, r: number): Refused {
  let observed = 0;
  for (let v = r * channels; v < (r + 1) * channels; v++) {
    const value = all[v]!;
    if (channels > 1 && Number.isNaN(value)) continue;
    if (!(Math.abs(value) <= LARGEST))
      return invalid(`value: expected a number of at most ±${LARGEST}, got ${value}`);
    observed++;
  }
  return observed > 0
    ? undefined
    : missing(`value: expected a number in one of ${channels} channels, got none`);
}
