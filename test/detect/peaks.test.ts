import { expect, test } from 'vitest';
import { Peaks } from '../../src/detect/peaks.ts';
import { Memory } from '../../src/memory/memory.ts';

function peaksOf(times = { refractory: 10, fall: 5, budget: 1000 }) {
  const memory = new Memory();
  const peaks = new Peaks(memory, 'peaks', 2, times);
  const row = memory.row('a');
  return {
    add: (strength: number, reading: number) => peaks.add(row, 1, strength, reading),
    weigh: (strength: number, reading: number) => peaks.weigh(row, 1, strength, reading),
    heights: () => memory.numbers(row)['peaks.height']!.slice(16),
    other: () => peaks.weigh(row, 0, 1, 1),
  };
}

test('without any, a strength is worth itself', () => {
  const { weigh, other, add } = peaksOf();
  expect(weigh(2, 100)).toBe(2);
  add(3, 100);
  expect(other()).toBe(1);
});

// Seen to fail where as much as the bar is enough.
test('in the refractory time only what is higher counts; then the bar falls', () => {
  const { add, weigh } = peaksOf();
  add(4, 100);
  expect([weigh(4, 101), weigh(3.9, 110)]).toEqual([0, 0]);
  expect(weigh(4.1, 101)).toBe(4.1);
  const bar = (age: number): number => 4 * Math.exp((10 - age) / 5);
  for (const age of [11, 13, 18]) {
    expect(weigh(bar(age) * 0.999, 100 + age)).toBe(0);
    expect(weigh(bar(age) * 1.001, 100 + age)).toBeGreaterThan(0);
  }
});

// Seen to fail where peaks do not age, and without the root.
test('a strength that a series has often had is worth less: by the root of how many were as high, the older the less', () => {
  const { add, weigh } = peaksOf({ refractory: 10, fall: 5, budget: 1000 });
  [100, 200, 300].forEach((reading) => add(5, reading));
  add(1, 400);
  const k = [900, 800, 700].reduce((sum, age) => sum + Math.exp(-age / 1000), 0);
  expect(weigh(4, 1000)).toBeCloseTo(4 / Math.sqrt(1 + k), 6);
  expect(weigh(6, 1000)).toBe(6);
});

// Seen to fail where a lower strength takes the place of a higher one.
test('what comes within the refractory time is one peak, as high and as new as its highest', () => {
  const { add, heights, weigh } = peaksOf();
  add(2, 100);
  add(1, 105);
  add(3, 110);
  add(2.5, 120);
  add(2, 121);
  expect(heights().filter((height) => height > 0)).toEqual([3, 2]);
  expect(weigh(3.1, 121)).toBeGreaterThan(0);
});

test('the last 16 are kept', () => {
  const { add, heights } = peaksOf();
  for (let i = 1; i <= 20; i++) add(i, 100 * i);
  expect(heights().toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i + 5));
});
