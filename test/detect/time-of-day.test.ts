import { expect, test } from 'vitest';
import { TimeOfDay } from '../../src/detect/time-of-day.ts';
import { Memory } from '../../src/memory/memory.ts';

const HALF_HOUR = 1_800_000;
const DAY = 48 * HALF_HOUR;

function timeOfDay() {
  const memory = new Memory();
  const slots = new TimeOfDay(memory, 'slots', 2);
  const row = memory.row('a');
  return (time: number, x: number) => {
    slots.take(row, 0, time, -x);
    return slots.take(row, 1, time, x);
  };
}

test('a value is held against the mean of its half-hour on the days before', () => {
  const take = timeOfDay();
  expect(take(10 * DAY, 4)).toBe(0); // nothing to hold it against
  expect(take(11 * DAY + HALF_HOUR - 1, 10)).toBe(6); // mean 7
  expect(take(12 * DAY + HALF_HOUR, 100)).toBe(0);
  expect(take(12 * DAY, 1)).toBe(-6); // mean 5
  expect(take(13 * DAY, 5)).toBe(0);
  expect(take(-DAY, 5)).toBe(0); // before 1970
});

test('from the seventh on the newest counts 0.15', () => {
  const take = timeOfDay();
  for (let day = 0; day < 50; day++) take(day * DAY, 2);
  expect(take(50 * DAY, 12)).toBe(10);
  expect(take(51 * DAY, 2)).toBeCloseTo(-1.5, 6);
});
