import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { GroupOffsets } from '../../src/source/kafka-group-offsets.ts';

let written: Record<number, number>[];
const commit = async (positions: ReadonlyMap<number, number>): Promise<void> => {
  written.push(Object.fromEntries(positions));
};

beforeEach(() => {
  vi.useFakeTimers();
  written = [];
});
afterEach(() => {
  vi.useRealTimers();
});

test('writes the newest of each partition, once an interval', async () => {
  const offsets = new GroupOffsets(commit, 1000);
  offsets.note(0, 10);
  offsets.note(1, 5);
  offsets.note(0, 20);
  await vi.advanceTimersByTimeAsync(999);
  expect(written).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(written).toEqual([{ 0: 20, 1: 5 }]);

  await vi.advanceTimersByTimeAsync(5000);
  offsets.note(1, 6);
  await vi.advanceTimersByTimeAsync(1000);
  expect(written).toEqual([{ 0: 20, 1: 5 }, { 1: 6 }]);
  expect(vi.getTimerCount()).toBe(0);
});

test('writes the rest when it is closed, after what is under way', async () => {
  const gate = Promise.withResolvers<void>();
  const offsets = new GroupOffsets(async (positions) => {
    if (written.length === 0) await gate.promise;
    await commit(positions);
  }, 1000);
  offsets.note(0, 1);
  await vi.advanceTimersByTimeAsync(1000);
  offsets.note(0, 2);
  const closed = offsets.close();
  expect(written).toEqual([]);
  gate.resolve();
  await closed;
  offsets.note(0, 3);

  expect(written).toEqual([{ 0: 1 }, { 0: 2 }]);
  expect(vi.getTimerCount()).toBe(0);
});

test('a write that fails does not hinder the next', async () => {
  let fails = true;
  const offsets = new GroupOffsets(async (positions) => {
    if (fails) throw new Error('rebalancing');
    await commit(positions);
  }, 1000);
  offsets.note(0, 1);
  await vi.advanceTimersByTimeAsync(1000);
  fails = false;
  offsets.note(0, 2);
  await offsets.close();

  expect(written).toEqual([{ 0: 2 }]);
});
