import { describe, expect, test } from 'vitest';
import { accountSlot, readAccount } from '../../src/account.ts';
import { decode } from '../../src/decode/decode.ts';
import type { Decoder } from '../../src/decode/decoder.ts';
import { Memory } from '../../src/memory/memory.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { through } from '../frames.ts';

type Told = readonly (readonly [series: string, time: number, ...values: number[]])[] | string;

/** A decoder whose records are `[series, time, value…]` lists in JSON, or a text to be refused with. */
const decoder = (channels: readonly string[] = ['']): Decoder => ({
  channels,
  decode({ value }, out) {
    if (value === null) return { reason: 'missing', detail: 'value: expected some, got none' };
    const told = JSON.parse(Buffer.from(value).toString()) as (Told[number] | string)[];
    for (const each of told) {
      if (typeof each === 'string') return { reason: 'malformed', detail: each };
      const [series, time, ...values] = each as [string, number, ...(number | string)[]];
      out.addAll(series, time, values.map(Number));
    }
    return undefined;
  },
});

const record = (offset: number, told: unknown): SourceRecord => ({
  offset,
  key: null,
  value: told === null ? null : Buffer.from(JSON.stringify(told)),
});

function decoded(
  told: readonly unknown[],
  {
    channels,
    memory = new Memory(),
    from = 0,
  }: { channels?: readonly string[]; memory?: Memory; from?: number } = {},
) {
  const account = accountSlot(memory);
  const records = told.map((each, i) => record(from + i, each));
  const batch = { partition: 0, records, next: from + records.length };
  const [frame] = through(decode(memory, decoder(channels)), batch);
  return { frame: frame!, memory, records, account: readAccount(memory, account) };
}

describe('decode', () => {
  test('each record becomes its readings, in order; every one knows the record that it came from', () => {
    const { frame, records, memory } = decoded(
      [
        [['a', 10, 1]],
        [
          ['b', 11, 2],
          ['a', 12, 3],
        ],
      ],
      { from: 100 },
    );
    expect(frame).toMatchObject({ length: 3, channels: 1, channelNames: [''], records: 2, dead: [] });
    expect([...frame.time]).toEqual([10, 11, 12]);
    expect([...frame.value]).toEqual([1, 2, 3]);
    expect([...frame.offset]).toEqual([100, 101, 101]);
    expect(frame.name).toEqual(['a', 'b', 'a']);
    expect([...frame.series].map((row) => memory.name(row))).toEqual(['a', 'b', 'a']);
    expect(frame.bytes).toEqual([records[0]!.value, records[1]!.value, records[1]!.value]);
  });

  test('several channels are several numbers a reading', () => {
    const { frame } = decoded(
      [
        [
          ['a', 1, 10, 20],
          ['b', 2, 30, 40],
        ],
      ],
      { channels: ['x', 'y'] },
    );
    expect(frame).toMatchObject({ length: 2, channels: 2, channelNames: ['x', 'y'] });
    expect([...frame.value]).toEqual([10, 20, 30, 40]);
  });

  test('a record that is refused is a dead letter with its reason and its bytes; none of its readings is used', () => {
    const { frame, records, memory, account } = decoded([
      [['a', 1, 1]],
      [['new', 2, 2], ['a', 3, 3], 'row 2: broken'],
      null,
      [['a', 4, 4]],
    ]);
    expect([...frame.time]).toEqual([1, 4]);
    expect(frame.dead).toEqual([
      { offset: 1, reason: 'malformed', detail: 'row 2: broken', series: '', bytes: records[1]!.value },
      { offset: 2, reason: 'missing', detail: 'value: expected some, got none', series: '', bytes: null },
    ]);
    expect(account).toMatchObject({ records: 4, decoded: 2, dead: 2, readings: 2 });
    expect(memory.find('new')).toBeUndefined();
  });

  test('a record that says nothing at all is a dead letter, too', () => {
    const { frame, account } = decoded([[], [['a', 1, 1]]]);
    expect(frame.dead).toMatchObject([{ offset: 0, reason: 'missing' }]);
    expect(account).toMatchObject({ records: 2, decoded: 1, dead: 1, readings: 1 });
  });

  test('NaN among several channels was not observed; a reading of NaN alone is a dead letter with its whole record', () => {
    const { frame, account } = decoded(
      [
        [
          ['a', 1, 'NaN', 20],
          ['b', 1, 10, 'NaN'],
        ],
        [
          ['a', 2, 1, 2],
          ['b', 2, 'NaN', 'NaN'],
        ],
        [['a', 3, 'NaN', 'Infinity']],
      ],
      { channels: ['x', 'y'] },
    );
    expect([...frame.value]).toEqual([NaN, 20, 10, NaN]);
    expect(frame.dead).toMatchObject([
      { offset: 1, reason: 'missing', detail: 'value: expected a number in one of 2 channels, got none' },
      { offset: 2, reason: 'invalid' },
    ]);
    expect(account).toMatchObject({ records: 3, decoded: 1, dead: 2, readings: 2 });
  });

  test.each([
    [1e150, true],
    [-1e150, true],
    [1.0001e150, false],
    [-1e200, false],
    ['Infinity', false],
    ['NaN', false],
  ])('the value %s is used: %s', (value, used) => {
    const { frame } = decoded([[['a', 1, value]]]);
    expect(frame.length).toBe(used ? 1 : 0);
    if (!used)
      expect(frame.dead).toMatchObject([
        { reason: 'invalid', detail: expect.stringContaining('1e+150') as unknown },
      ]);
  });

  test('series beyond maxStateBytes are dead letters; those that are known go on', () => {
    const ofPartition = 64; // the counts
    const memory = new Memory({ maxStateBytes: ofPartition + 2 * 16 });
    memory.series('anything', 'f64', 2);
    const { frame, account } = decoded(
      [
        [['a', 1, 1]],
        [
          ['b', 1, 1],
          ['c', 1, 1],
        ],
        [['c', 2, 1]],
        [['a', 2, 1]],
        [['b', 2, 1]],
      ],
      { memory },
    );
    expect(frame.dead.map(({ offset, reason }) => [offset, reason])).toEqual([
      [1, 'state-limit'],
      [2, 'state-limit'],
    ]);
    expect(frame.name).toEqual(['a', 'a', 'b']);
    expect([...frame.series].map((row) => memory.name(row))).toEqual(['a', 'a', 'b']);
    expect(account).toMatchObject({ records: 5, decoded: 3, dead: 2, readings: 3 });
  });

  test('a batch without records, and one of refusals alone, are frames of no rows', () => {
    expect(decoded([]).frame).toMatchObject({ length: 0, records: 0, dead: [] });
    expect(decoded([null, null]).frame).toMatchObject({ length: 0, records: 2 });
  });

  test('offsets are exact up to 2^53', () => {
    expect(decoded([[['a', 1, 1]]], { from: 2 ** 53 - 1 }).frame.offset[0]).toBe(Number.MAX_SAFE_INTEGER);
  });
});
