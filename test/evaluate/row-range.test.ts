import { expect, test } from 'vitest';
import { inRange, rangeText, RowRangeText } from '../../src/evaluate/row-range.ts';

test('both ends are in it', () => {
  const range = { from: 3, to: 5 };
  expect([2, 3, 5, 6].map((row) => inRange(range, row))).toEqual([false, true, true, false]);
  expect(inRange({ from: 3, to: Infinity }, 1e9)).toBe(true);
});

test.each([
  ['3..5', { from: 3, to: 5 }],
  ['..5', { from: undefined, to: 5 }],
  ['3..', { from: 3, to: Infinity }],
  ['0..0', { from: 0, to: 0 }],
])('%s is read', (text, range) => {
  expect(RowRangeText.parse(text)).toEqual(range);
});

test.each(['', '..', '3', '5..3', '-1..3', '1...3', 'a..b', '1.5..3'])('%j is none', (text) => {
  expect(RowRangeText.safeParse(text).success).toBe(false);
});

test('is written as it is read', () => {
  expect(rangeText({ from: 3600, to: 14_399 })).toBe('3600..14399');
  expect(rangeText({ from: 3, to: Infinity })).toBe('3..');
});
