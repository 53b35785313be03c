import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Stillness } from '../../src/source/kafka-stillness.ts';

let still: number[];
let watched: Stillness;

beforeEach(() => {
  vi.useFakeTimers();
  still = [];
  watched = new Stillness(1000, (times) => still.push(times));
});
afterEach(() => {
  watched.end();
  vi.useRealTimers();
});

test('tells of every interval without a sign, and counts them', () => {
  vi.advanceTimersByTime(2000);
  expect(still).toEqual([1, 2]);
  watched.sign();
  vi.advanceTimersByTime(1000);
  expect(still).toEqual([1, 2]);
  vi.advanceTimersByTime(1000);
  expect(still).toEqual([1, 2, 1]);
});

test('nothing is still while work is under way, or was', async () => {
  const gate = Promise.withResolvers<string>();
  const work = watched.during(gate.promise);
  vi.advanceTimersByTime(5000);
  expect(still).toEqual([]);
  gate.resolve('done');
  expect(await work).toBe('done');
  vi.advanceTimersByTime(1000);
  expect(still).toEqual([]);
  vi.advanceTimersByTime(1000);
  expect(still).toEqual([1]);
});

test('work that fails is over, too', async () => {
  await expect(watched.during(Promise.reject(new Error('x')))).rejects.toThrow('x');
  vi.advanceTimersByTime(2000);
  expect(still).toEqual([1]);
});

test('ends', () => {
  watched.end();
  vi.advanceTimersByTime(5000);
  expect(still).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
