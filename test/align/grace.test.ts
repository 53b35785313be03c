import { of } from 'rxjs';
import { expect, test } from 'vitest';
import { accountSlot, readAccount } from '../../src/account.ts';
import { align, type Aligned, AlignSettings } from '../../src/align/align.ts';
import type { Frame } from '../../src/frame.ts';
import { Memory } from '../../src/memory/memory.ts';
import { frameOf, type TestReading, through } from '../frames.ts';

const SECOND = 1000;
const settings = AlignSettings.parse({ every: '10s', grace: '1m' });

function aligned(...frames: readonly (readonly TestReading[])[]) {
  const memory = new Memory();
  const account = accountSlot(memory);
  const stage = align(memory, settings);
  let offset = 0;
  const out = frames.flatMap((readings) => {
    const frame = frameOf(memory, readings, offset);
    offset += readings.length;
    return through<Frame, Frame & Aligned>(stage, frame);
  });
  return { memory, out, account: readAccount(memory, account) };
}

const at = (seconds: number, series = 'a'): TestReading => [series, seconds * SECOND, seconds];

/** Name, time, value, index, offset, revision and again of each row. */
function rowsOf(wave: Frame & Aligned): unknown[] {
  const { name, time, value, index, offset, revisions } = wave;
  return name.map((series, i) =>
    [
      series,
      time[i]! / SECOND,
      value[i],
      index[i],
      offset[i],
      revisions!.revision[i],
      revisions!.again[i],
    ].join(' '),
  );
}

test('the rows after a late reading come again, a wave each, after all that came before it', () => {
  const { out, account } = aligned(
    [at(10), at(10, 'b'), at(20), at(20, 'b'), at(40)],
    [at(40, 'b'), at(30), at(50, 'b')],
  );
  expect(out.map(rowsOf)).toEqual([
    ['a 10 10 1 0 0 0', 'b 10 10 1 1 0 0'],
    ['a 20 20 2 2 0 0', 'b 20 20 2 3 0 0'],
    ['a 40 40 4 4 0 0'],
    ['b 40 40 4 5 0 0'],
    ['a 10 10 1 6 0 1'],
    ['a 20 20 2 6 0 1'],
    ['a 30 30 3 6 7 0'],
    ['a 40 40 4 6 7 1'],
    ['b 50 50 5 7 0 0'],
  ]);
  expect(out.map(({ records }) => records)).toEqual([5, 0, 0, 3, 0, 0, 0, 0, 0]);
  expect(account).toMatchObject({ used: 8, late: 0, duplicate: 0 });
});

test('dead letters go with the next wave, the last ones with one of their own', () => {
  const { out, account } = aligned([at(100), at(40), at(41), at(110), at(100), at(50)]);
  expect(
    out.map((wave) => [rowsOf(wave).length, wave.records, wave.dead.map(({ offset }) => offset)]),
  ).toEqual([
    [1, 6, [1]],
    [1, 0, []],
    [1, 0, []],
    [1, 0, [4, 5]],
  ]);
  expect(out.flatMap(({ dead }) => dead.map(({ detail }) => detail))).toEqual([
    'time 40000: expected less than 60000 ms behind the watermark, got 60000 ms',
    'time 100000: expected a time that its series has no reading of',
    'time 50000: expected less than 60000 ms behind the watermark, got 60000 ms',
  ]);
  expect(account).toMatchObject({ used: 3, late: 2, duplicate: 1 });
});

test('a frame without a usable reading gives one wave, which accounts for its records', () => {
  const { out } = aligned([at(100)], [at(100)], []);
  expect(out.map(({ length, records, dead }) => [length, records, dead.length])).toEqual([
    [1, 1, 0],
    [0, 1, 1],
    [0, 0, 0],
  ]);
});

test('the watermark is that of the partition; it moves with the readings of a frame, and a reading of any age may be the next of its series', () => {
  const { out, account, memory } = aligned([at(10), at(20), at(100, 'b'), at(30), at(15)]);
  expect(out.at(-1)!.dead.map(({ offset, reason }) => [offset, reason])).toEqual([[4, 'late']]);
  expect(account.used).toBe(4);
  expect(memory.view().f64[memory.partitionSlot('watermark')!.at(0)]).toBe(100 * SECOND);
});

test('dead letters after a late reading have a wave of their own', () => {
  const { out } = aligned([at(100), at(70), at(70)]);
  expect(out.map(({ length, records, dead }) => [length, records, dead.length])).toEqual([
    [1, 3, 0],
    [1, 0, 0],
    [1, 0, 0],
    [0, 0, 1],
  ]);
});

test('with a grace align has to know the channels', () => {
  const memory = new Memory();
  const stage = align(memory, settings);
  let error: unknown;
  of(frameOf(memory, [['a', 1, [1, 2]]]))
    .pipe(stage)
    .subscribe({ error: (e: unknown) => (error = e) });
  expect(error).toMatchObject({ code: 'PIPELINE_INVALID', facts: { expected: '1', got: '2' } });
});

test.each([
  [{ every: '1m', grace: '1m', aggregate: 'mean' }, /grace/],
  [{ every: '1m', grace: '1m', join: { channels: ['a', 'b'] } }, /join/],
  [{ grace: '1m' }, /every.*auto|auto.*every/s],
  [{ every: '1m', grace: '0.5ms' }, /whole milliseconds/],
  [{ every: '1m', graceReadings: 5 }, /without a grace/],
  [{ every: '1m', grace: '1m', graceReadings: 0 }, /graceReadings/],
])('the settings %j do not fit', (bad, message) => {
  const { error } = AlignSettings.safeParse(bad);
  expect(String(error)).toMatch(message);
});

test('no grace is the default, and says nothing of its own', () => {
  expect(AlignSettings.parse({ every: '1m', grace: 'none' })).toEqual(AlignSettings.parse({ every: '1m' }));
  expect(JSON.stringify(AlignSettings.parse({ grace: 'none' }))).toBe(
    JSON.stringify(AlignSettings.parse({})),
  );
  const memory = new Memory();
  align(memory, AlignSettings.parse({}));
  expect([memory.images, memory.layout()]).toEqual([0, expect.not.stringContaining('late')]);
});
