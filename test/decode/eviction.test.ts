import { from } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { Command } from '../../src/command.ts';
import { decode } from '../../src/decode/decode.ts';
import type { Decoder } from '../../src/decode/decoder.ts';
import { SeriesSettings } from '../../src/decode/eviction.ts';
import type { Frame } from '../../src/frame.ts';
import { Arena } from '../../src/memory/arena.ts';
import { Memory } from '../../src/memory/memory.ts';
import type { Batch } from '../../src/source/source.ts';
import { record } from '../checks/topology.ts';
import { through } from '../frames.ts';

const HOUR = 3_600_000;
/** 8 hours: a look at every full hour. */
const SETTINGS = { evictAfter: '8h' };
const START = 1_000_000 * HOUR;

/** Records are lists of [series, hour, value]; a value of null is one that is not observed, beside what is known ahead. */
const decoder = (ahead?: number): Decoder => ({
  channels: ahead === undefined ? [''] : ['load', 'forecast'],
  ...(ahead !== undefined && { ahead }),
  decode({ value }, out) {
    for (const [series, hour, y] of JSON.parse(String(value)) as [string, number, number | null][])
      if (ahead === undefined) out.add(series, START + hour * HOUR, y!);
      else out.addAll(series, START + hour * HOUR, [y ?? NaN, 1]);
    return undefined;
  },
});

type Given = readonly (readonly [string, number, number?])[] | { readonly tick: number };

/** What becomes of records and ticks, each batch by itself unless they are given as one. */
function course(
  given: readonly Given[],
  {
    settings = SETTINGS,
    ahead,
    maxStateBytes,
  }: { settings?: object; ahead?: number; maxStateBytes?: number } = {},
) {
  const memory = new Memory({ arena: new Arena(), ...(maxStateBytes !== undefined && { maxStateBytes }) });
  const stages = decode(memory, decoder(ahead), SeriesSettings.parse(settings));
  const told: string[] = [];
  const hours = (time: number): number => (time - START) / HOUR;
  const see = ({ leaving, dead, name, time }: Frame): void => {
    for (const one of leaving ?? []) {
      expect(memory.name(one.series)).toBe(one.name);
      told.push(
        `${one.name} leaves at ${hours(one.time)}, seen ${hours(one.seen)}, due ${hours(one.due)}, @${one.offset}`,
      );
    }
    name.forEach((series, i) => told.push(`${series} ${hours(time[i]!)}`));
    for (const { reason, offset } of dead) told.push(`${reason} @${offset}`);
  };
  const batches = given.map((one, offset): Batch => {
    if (!('tick' in one))
      return {
        partition: 0,
        records: [
          record(
            offset,
            one.map(([s, h, v = 1]) => [s, h, v]),
          ),
        ],
        next: offset + 1,
      };
    const command: Command = { kind: 'tick', time: START + one.tick * HOUR };
    return { partition: 0, records: [], next: offset, command };
  });
  from(batches).pipe(stages).subscribe(see);
  return { told, memory, names: memory.rows.map((row) => memory.name(row)) };
}

describe('a series of which nothing comes', () => {
  test('leaves at the first look that long after it came, before the record that moved time takes effect', () => {
    const { told, names } = course([
      [['a', 0]],
      [['b', 0.5]],
      [['b', 7.9]],
      [['b', 8]],
      [['b', 8.9]],
      [['b', 9]],
    ]);
    expect(told).toEqual([
      'a 0',
      'b 0.5',
      'b 7.9',
      'a leaves at 8, seen 0, due 8, @3',
      'b 8',
      'b 8.9',
      'b 9',
    ]);
    expect(names).toEqual(['b']);
  });

  test('is looked for no more than eight times in that time', () => {
    const { told } = course([[['a', 0.5]], [['b', 8.4]], [['b', 8.6]], [['b', 9.1]]]);
    expect(told[3]).toBe('a leaves at 9.1, seen 0.5, due 8.5, @3');
  });

  test('is found gone by its own record, too', () => {
    const { told, memory } = course([[['a', 0]], [['a', 20]]]);
    expect(told).toEqual(['a 0', 'a leaves at 20, seen 0, due 8, @1', 'a 20']);
    expect(memory.birth(memory.find('a')!)).toBe(1);
  });

  test('leaves by ticks', () => {
    const { told, names } = course([[['a', 0]], { tick: 7 }, { tick: 8 }, { tick: 30 }]);
    expect(told).toEqual(['a 0', 'a leaves at 8, seen 0, due 8, @NaN']);
    expect(names).toEqual([]);
  });

  test('counts from when it came, however old what came was', () => {
    const { told } = course([[['a', 0]], [['b', 5]], [['a', 1]], [['b', 12]], [['b', 13]]]);
    expect(told).toEqual(['a 0', 'b 5', 'a 1', 'b 12', 'a leaves at 13, seen 5, due 13, @4', 'b 13']);
  });

  test('stays for as long after the newest target of its forecasts', () => {
    const memory = new Memory({ arena: new Arena() });
    const stages = decode(memory, decoder(), SeriesSettings.parse(SETTINGS));
    const target = memory.series('issued.target', 'f64', 2);
    const come = (offset: number, series: string, hour: number): Frame[] =>
      through(stages, { partition: 0, records: [record(offset, [[series, hour, 1]])], next: offset + 1 });
    come(0, 'a', 0);
    memory.view().f64[target.at(memory.find('a')!) + 1] = START + 3 * HOUR;
    const leaving = [8, 10, 11].map((hour, i) => come(i + 1, 'b', hour).some((frame) => frame.leaving));
    expect(leaving).toEqual([false, false, true]);
  });
});

test('what is known ahead moves no time, and what is observed beside it does', () => {
  const known = (hour: number): Given => [['b', hour, null as unknown as number]];
  expect(course([[['a', 0]], known(50)], { ahead: 1 }).names).toEqual(['a', 'b']);
  expect(course([[['a', 0]], known(50), [['b', 51]]], { ahead: 1 }).told).toContain(
    'a leaves at 51, seen 0, due 8, @2',
  );
});

test('where nothing is kept, a reading of a series that is not known has to be newer than any that may have been evicted', () => {
  const readings: readonly Given[] = [[['a', 0]], [['b', 20]], [['a', 0]], [['a', 12]], [['a', 12.1]]];
  expect(course(readings).told.slice(2)).toEqual(['b 20', 'late @2', 'late @3', 'a 12.1']);
  const kept = course(readings, { settings: { ...SETTINGS, back: 'archive' } });
  expect(kept.told.slice(2)).toEqual(['b 20', 'a 0', 'a 12', 'a 12.1']);
});

test('what leaves makes room before the record that has moved time asks for it', () => {
  const size = course([[['a', 0]]]).memory;
  const room = size.bytesPerPartition + size.bytesPerSeries;
  const { told } = course([[['a', 0]], [['b', 1]], [['c', 9]], [['d', 10]], [['e', 20]]], {
    maxStateBytes: room,
  });
  expect(told).toEqual([
    'a 0',
    'state-limit @1',
    'a leaves at 9, seen 0, due 8, @2',
    'c 9',
    'state-limit @3',
    'c leaves at 20, seen 9, due 17, @4',
    'e 20',
  ]);
});

test('settings that make no sense are refused', () => {
  const fault = (settings: object): string | undefined =>
    SeriesSettings.safeParse(settings).error?.issues[0]?.message;
  expect(fault({ back: 'archive' })).toContain('expected clean');
  expect(fault({ evictAfter: '7ms' })).toContain('8ms or more');
  expect(SeriesSettings.parse(undefined)).toEqual({ evictAfter: 'off', back: 'clean' });
});
