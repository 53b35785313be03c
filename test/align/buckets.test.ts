import { describe, expect, test } from 'vitest';
import { type Aggregate, Buckets, type Grid } from '../../src/align/buckets.ts';
import { Memory } from '../../src/memory/memory.ts';

const MINUTE = 60_000;

function bucketsOf(aggregate: Aggregate, grid: Partial<Grid> = {}, channels = 1) {
  const memory = new Memory();
  const buckets = new Buckets(memory, { every: MINUTE, offset: 0, ...grid }, aggregate, channels);
  const out = { time: new Float64Array(1), value: new Float64Array(channels) };
  /** Takes a reading in; what comes out as [start, …values], or why it cannot. */
  const put = (time: number, ...value: number[]): readonly number[] | string | undefined => {
    const row = memory.row('a');
    const refusal = buckets.refusal(row, time);
    if (refusal) return refusal.reason;
    const closes = buckets.take(row, time, Float64Array.from(value), 0, out, 0);
    return closes ? [out.time[0]!, ...out.value] : undefined;
  };
  return { memory, buckets, put };
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
    expect(buckets.refusal(memory.row('a'), 59_999)).toEqual({
      reason: 'late',
      expected: 'one from 60000 on, where the open bucket of its series begins',
    });
  });

  test('nothing of a series that is new', () => {
    const { buckets, memory } = bucketsOf('sum');
    expect(buckets.refusal(memory.row('b'), -1e12)).toBeUndefined();
  });
});
