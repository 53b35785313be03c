// @ts-check
import { expect, test } from 'vitest';
import { timeLabels, valueLabels } from '../../../src/serve/page/axis.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.UTC(2024, 11, 30, 18);

test('within days: the time, and the date where it changes', () => {
  const ticks = [0, 3, 6, 9].map((h) => START + h * HOUR);
  expect(timeLabels(ticks, 3 * HOUR)).toEqual(['18:00\n30 Dec', '21:00', '00:00\n31 Dec', '03:00']);
});

test('over days: the date, and the year where it changes', () => {
  const ticks = [0, 1, 2, 3].map((d) => Date.UTC(2024, 11, 30) + d * DAY);
  expect(timeLabels(ticks, DAY)).toEqual(['30 Dec\n2024', '31 Dec', '1 Jan\n2025', '2 Jan']);
});

test('within minutes: seconds', () => {
  expect(timeLabels([START, START + 10_000], 10_000)).toEqual(['18:00:00\n30 Dec', '18:00:10']);
});

test('values have the decimals that tell two ticks apart', () => {
  expect(valueLabels([200, 250], 50)).toEqual(['200', '250']);
  expect(valueLabels([-0.2, 0, 0.2], 0.2)).toEqual(['−0.2', '0.0', '0.2']);
  expect(valueLabels([2.25, 2.3], 0.05)).toEqual(['2.25', '2.30']);
  expect(valueLabels([0.001, 0.002], 0.001)).toEqual(['0.001', '0.002']);
  expect(valueLabels([1e9, 2e9], 1e9)).toEqual(['1E9', '2E9']);
});
