import { describe, expect, test } from 'vitest';
import { type Aggregate, Buckets } from '../../src/align/buckets.ts';
import { type Grid, startOf } from '../../src/align/grid.ts';
import { Memory } from '../../src/memory/memory.ts';

const MINUTE = 60_000;

function bucketsOf(aggregate: Aggregate, place: Partial<Grid> = {}, channels = 1, wait = 0) {
  const memory = new Memory();
  const grid = { every: MINUTE, offset: 0, ...place };
  const buckets = new Buckets(memory, grid, aggregate, channels, wait);
  /** Takes a reading in; what comes out as [start, …values] each, or why it cannot. */
  const putAll = (time: number, ...value: number[]): readonly number[][] | string => {
    const row = memory.row('a');
    const values = Float64Array.from(value);
    const refusal = buckets.refusal(row, time, values, 0);
    if (refusal) return refusal.reason;
    const out: number[][] = [];
    buckets.take(row, time, values, 0, (k, all) => out.push([startOf(k, grid), ...all]));
    return out;
  };
  /** The same where at most one comes out. */
  const put = (time: number, ...value: number[]): readonly number[] | string | undefined => {
    const out = putAll(time, ...value);
    if (typeof out === 'string') return out;
    expect(out.length).toBeLessThan(2);
    return out[0];
  };
  return { memory, buckets, put, putAll };
}

describe('a bucket', () => {
  test.each<[Aggregate, number]>([
    ['mean', 4],
    ['sum', 12],
    ['min', 2],
    ['max', 7],
    ['last', 3], // of the latest time, not the one that came last
  ])('%s', (aggregate, expected) => {
    const { put } = bucketsOf(aggregate);
    const readings: [number, number][] = [
      [10_000, 7],
      [50_000, 3],
      [20_000, 2],
    ];
    expect(readings.map(([time, value]) => put(time, value))).toEqual([undefined, undefined, undefined]);
    expect(put(MINUTE, 100)).toEqual([0, expected]);
    expect(put(2 * MINUTE, 0)).toEqual([MINUTE, 100]);
  });

  test('comes out with the first reading of a later one, however far that is, and never again', () => {
    const { put } = bucketsOf('sum');
    expect(put(0, 1)).toBeUndefined();
    expect(put(59_999.999, 2)).toBeUndefined();
    expect(put(7 * MINUTE + 1, 4)).toEqual([0, 3]);
    expect(put(8 * MINUTE, 8)).toEqual([7 * MINUTE, 4]);
  });

  test('of several channels is one of each', () => {
    const { put } = bucketsOf('max', {}, 2);
    put(0, 1, -1);
    put(1, 2, -2);
    expect(put(MINUTE, 0, 0)).toEqual([0, 2, -1]);
  });

  test.each<[Aggregate, number]>([
    ['mean', 3],
    ['sum', 6],
    ['min', 2],
    ['max', 4],
    ['last', 2], // the latest that was observed, which is not the latest
  ])('%s of a channel is that of the readings in which it was observed', (aggregate, expected) => {
    const { put } = bucketsOf(aggregate, {}, 2);
    put(0, 1, NaN);
    put(20_000, 1, 2);
    put(10_000, 1, 4);
    put(30_000, 1, NaN);
    expect(put(MINUTE, 1, NaN)?.[2]).toBe(expected);
    expect(put(2 * MINUTE, 1, 9)).toEqual([MINUTE, 1, NaN]);
    expect(put(3 * MINUTE, 1, 9)).toEqual([2 * MINUTE, 1, 9]);
  });

  test('a value of 0, and the time 0, are as good as any', () => {
    const { put } = bucketsOf('mean');
    put(0, 0);
    expect(put(0, 5)).toBe('duplicate');
    expect(put(MINUTE, 5)).toEqual([0, 0]);
  });
});

describe('the grid', () => {
  test('lies at whole steps after 1970, and before it', () => {
    const { put } = bucketsOf('sum');
    const times = [-MINUTE - 1, -MINUTE, -1, 0, MINUTE - 1, MINUTE];
    expect(times.map((time) => put(time, 1))).toEqual([
      undefined,
      [-2 * MINUTE, 1],
      undefined,
      [-MINUTE, 2],
      undefined,
      [0, 2],
    ]);
  });

  test('an offset moves it', () => {
    const { put } = bucketsOf('sum', { every: 1000, offset: 250 });
    expect([0, 249, 250, 1249, 1250].map((time) => put(time, 1))).toEqual([
      undefined,
      undefined,
      [-750, 2],
      undefined,
      [250, 2],
    ]);
  });

  test('a time a little before a bucket is not rounded into it', () => {
    const before = -1 - 2 ** -52;
    expect(before - 999).toBe(-1000);
    const { put } = bucketsOf('sum', { every: 1000, offset: 999 });
    put(before, 1);
    expect(put(-1, 1)).toEqual([-1001, 1]);
  });
});

describe('what is refused', () => {
  test('a reading as old as the newest is a duplicate, one before the open bucket late', () => {
    const { buckets, memory, put } = bucketsOf('sum');
    put(30_000, 1);
    put(90_000, 1);
    expect(put(90_000, 1)).toBe('duplicate');
    expect(put(59_999, 1)).toBe('late');
    expect(put(60_000, 1)).toBeUndefined();
    expect(buckets.refusal(memory.row('a'), 59_999, Float64Array.of(1), 0)).toEqual({
      reason: 'late',
      expected: 'one from 60000 on, where the open bucket of its series begins',
    });
  });

  test('nothing of a series that is new', () => {
    const { buckets, memory } = bucketsOf('sum');
    expect(buckets.refusal(memory.row('b'), -1e12, Float64Array.of(1), 0)).toBeUndefined();
  });
});

describe('channels that come one by one', () => {
  const of = (c: number, y: number): number[] => [0, 1, 2].map((channel) => (channel === c ? y : NaN));

  // Seen to fail when a bucket closes with the first reading of a later one, and when it waits for the slowest alone.
  test('a bucket comes out when all have come to a later one', () => {
    const { putAll } = bucketsOf('last', {}, 3, 5);
    for (const c of [0, 1, 2]) expect(putAll(c, ...of(c, c + 1))).toEqual([]);
    expect(putAll(MINUTE, ...of(2, 30))).toEqual([]);
    expect(putAll(3 * MINUTE, ...of(0, 10))).toEqual([]);
    expect(putAll(MINUTE, ...of(1, 20))).toEqual([[0, 1, 2, 3]]);
    expect(putAll(3 * MINUTE, ...of(2, 31))).toEqual([]);
    expect(putAll(4 * MINUTE, ...of(1, 21))).toEqual([[MINUTE, NaN, 20, 30]]); // none of the minute between has come
    expect(putAll(3 * MINUTE + 1, ...of(1, 22))).toEqual([]);
    expect(putAll(3 * MINUTE - 1, ...of(1, 22))).toBe('late');
  });

  test.each([0, 1, 3])('after %d intervals it goes out without those that have not', (wait) => {
    const { putAll } = bucketsOf('sum', {}, 3, wait);
    expect(putAll(0, ...of(0, 1))).toEqual([]);
    for (let k = 1; k <= wait; k++) expect(putAll(k * MINUTE, ...of(0, k + 1))).toEqual([]);
    expect(putAll(1, ...of(1, 7))).toEqual([]);
    expect(putAll((wait + 1) * MINUTE, ...of(0, 9))).toEqual([[0, 1, 7, NaN]]);
    expect(putAll(2, ...of(2, 5))).toBe('late');
    expect(putAll(MINUTE, ...of(2, 5))).toEqual([]);
  });

  test('one reading may close several, in order; those without a reading do not come out', () => {
    const { putAll } = bucketsOf('max', {}, 3, 3);
    putAll(2 * MINUTE, ...of(1, 3));
    putAll(0, ...of(0, 1));
    putAll(3 * MINUTE, ...of(2, 4));
    expect(putAll(1e9 * MINUTE, ...of(0, 9))).toEqual([
      [0, 1, NaN, NaN],
      [2 * MINUTE, NaN, 3, NaN],
      [3 * MINUTE, NaN, NaN, 4],
    ]);
    expect(putAll(1e9 * MINUTE + 1, ...of(0, 8))).toEqual([]);
    expect(putAll((1e9 + 1) * MINUTE, 1, 2, 3)).toEqual([[1e9 * MINUTE, 9, NaN, NaN]]);
  });

  test('the same channel and time twice is a duplicate, in each of the open buckets; another channel is not', () => {
    const { put } = bucketsOf('mean', {}, 3, 2);
    put(10, ...of(0, 1));
    put(MINUTE, ...of(0, 1));
    put(2 * MINUTE, ...of(0, 1));
    expect(put(10, ...of(0, 5))).toBe('duplicate');
    expect(put(MINUTE, ...of(0, 5))).toBe('duplicate');
    expect(put(2 * MINUTE, ...of(0, 5))).toBe('duplicate');
    expect(put(10, ...of(1, 5))).toBeUndefined();
    expect(put(MINUTE, 5, 5, 5)).toBe('duplicate'); // one of them is enough
    expect(put(3 * MINUTE, ...of(1, 5))).toEqual([0, 1, 5, NaN]);
  });

  test('a place in the ring stands for one bucket at a time', () => {
    const { put, putAll } = bucketsOf('sum', {}, 2, 1);
    for (const k of [-5, -4, -3]) put(k * MINUTE, 1, NaN);
    expect(put(-2 * MINUTE, 1, NaN)).toEqual([-4 * MINUTE, 1, NaN]);
    expect(putAll(0, NaN, 3)).toEqual([
      [-3 * MINUTE, 1, NaN],
      [-2 * MINUTE, 1, NaN],
    ]);
    expect(putAll(MINUTE, 4, 4)).toEqual([[0, NaN, 3]]);
  });
});
