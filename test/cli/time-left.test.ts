import { expect, test } from 'vitest';
import { timeLeft } from '../../src/cli/time-left.ts';

test.each([
  [0, '0:00'],
  [9.2, '0:10'],
  [754.2, '12:35'],
  [3599.5, '1:00:00'],
  [90_061, '25:01:01'],
])('%d s', (seconds, text) => {
  expect(timeLeft(seconds)).toBe(text);
});
