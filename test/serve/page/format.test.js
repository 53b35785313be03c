// @ts-check
import { expect, test } from 'vitest';
import {
  against,
  ahead,
  bytes,
  count,
  duration,
  percent,
  rate,
  span,
  utc,
  value,
} from '../../../src/serve/page/format.js';

const HOUR = 3_600_000;

test.each([
  [0, '0'],
  [412.345, '412.3'],
  [-2.17649, '−2.176'],
  [123456.7, '123,457'],
  [0.00012345, '1.23E−4'],
  [3.2e12, '3.2E12'],
  [null, '–'],
  [undefined, '–'],
  [Number.NaN, '–'],
])('the value %s reads %s', (v, text) => {
  expect(value(v)).toBe(text);
});

test.each([
  [6 * HOUR, '6 h'],
  [1.5 * HOUR, '1 h 30 min'],
  [48 * HOUR, '2 d'],
  [90_000, '1 min 30 s'],
  [10_000, '10 s'],
  [250, '250 ms'],
])('%d ms read %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('whole weeks are weeks as the name of a window', () => {
  expect(span(168 * HOUR)).toBe('1 w');
  expect(span(48 * HOUR)).toBe('2 d');
});

test('a horizon is told in time where the step is known, else in steps', () => {
  expect(ahead('06', HOUR)).toBe('6 h');
  expect(ahead('24', HOUR)).toBe('1 d');
  expect(ahead('06', null)).toBe('6 steps');
  expect(ahead('01', null)).toBe('1 step');
  expect(ahead('next', HOUR)).toBe('next');
});

test('a moment is told in UTC, with seconds where there are any', () => {
  expect(utc(Date.UTC(2024, 2, 14, 6))).toBe('Thu 14 Mar 2024, 06:00');
  expect(utc(Date.UTC(2024, 2, 14, 0, 0, 7))).toBe('Thu 14 Mar 2024, 00:00:07');
});

test.each([
  [0.77, '23 % better'],
  [1.08, '8 % worse'],
  [1.004, 'as good'],
  [null, 'not known yet'],
])('the ratio %s reads %s', (ratio, words) => {
  expect(against(ratio)).toBe(words);
});

test('counts, shares, speeds and sizes', () => {
  expect(count(1234567)).toBe('1,234,567');
  expect([0.913, 0.05, 0, 1].map(percent)).toEqual(['91 %', '5.0 %', '0 %', '100 %']);
  expect([412.3, 0.52, 240_000].map(rate)).toEqual([
    '412 readings/s',
    '0.5 readings/s',
    '240,000 readings/s',
  ]);
  expect([612, 2248, 45_000, 3_400_000].map(bytes)).toEqual(['612 B', '2.2 kB', '45 kB', '3.4 MB']);
});
