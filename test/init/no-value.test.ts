import { expect, test } from 'vitest';
import { isCounter, isTimePart } from '../../src/init/no-value.ts';

test('a count goes up by one', () => {
  expect(isCounter([1, 2, 3, 4, 5, 6, 7, 8, 9])).toBe(true);
  expect(isCounter([1, 2, 3, 4, 5, 6, 8, 7, 9])).toBe(false);
  expect(isCounter([1, 2, 3])).toBe(false); // too few to tell
});

test('parts of the date are known by their names and what they can be', () => {
  expect(isTimePart('hour', [0, 23])).toBe(true);
  expect(isTimePart('day_of_week', [0, NaN, 6])).toBe(true);
  expect(isTimePart('hour', [0, 25])).toBe(false);
  expect(isTimePart('hourly_load', [0, 5])).toBe(false);
});
