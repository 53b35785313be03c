import { map, type OperatorFunction } from 'rxjs';
import { accountSlot, addToAccount } from '../account.ts';
import type { DeadLetter, Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Batch } from '../source/source.ts';
import type { Decoder, Refusal } from './decoder.ts';
import { Readings } from './readings.ts';
import { invalid, missing } from './refusal.ts';

/** Squares of values must stay far from the end of float64. */
const LARGEST = 1e150;

/**
 * Records to readings: the first stage of every topology.
 *
 * 1. Every record becomes n >= 1 readings or one dead letter with its reason, and is counted.
 * 2. Of several channels those that are NaN were not observed; a reading needs at least one.
 * 3. A series that is new gets its row in Memory; where `maxStateBytes` leaves no room the record is a dead letter.
 */
export function decode(memory: Memory, decoder: Decoder): OperatorFunction<Batch, Frame> {
  const account = accountSlot(memory);
  const channels = decoder.channels.length;
  return map(({ records, command }) => {
    const readings = new Readings(channels);
    const dead: DeadLetter[] = [];
    const rows: number[] = [];
    records.forEach((record, i) => {
      readings.current = i;
      const before = readings.length;
      let refusal: { reason: DeadLetter['reason']; detail: string } | undefined = decoder.decode(
        record,
        readings,
      );
      if (!refusal && readings.length === before) {
        refusal = { reason: 'missing', detail: 'expected at least one reading, got none' };
      }
      for (let r = before; r < readings.length && !refusal; r++) refusal = valueFault(readings, r);
      for (let r = before; r < readings.length && !refusal; r++) {
        const row = memory.row(readings.series[r]!);
        if (row >= 0) rows.push(row);
        else
          refusal = {
            reason: 'state-limit',
            detail: `series ${readings.series[r]}: maxStateBytes is used up`,
          };
      }
      if (!refusal) return;
      readings.truncate(before);
      rows.length = before;
      dead.push({ offset: record.offset, series: '', bytes: record.value, ...refusal });
    });
    memory.touchPartition();
    addToAccount(memory, account, {
      records: records.length,
      decoded: records.length - dead.length,
      dead: dead.length,
      readings: readings.length,
    });
    return {
      length: readings.length,
      channels,
      channelNames: decoder.channels,
      series: Int32Array.from(rows),
      name: readings.series,
      time: Float64Array.from(readings.time),
      value: Float64Array.from(readings.value),
      offset: Float64Array.from(readings.record.map((record) => records[record]!.offset)),
      bytes: readings.record.map((record) => records[record]!.value),
      records: records.length,
      dead,
      ...(command && { command }),
    };
  });
}

/** Why the numbers of reading r cannot be used; undefined where they can. */
function valueFault({ channels, value: all }: Readings, r: number): Refusal | undefined {
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
