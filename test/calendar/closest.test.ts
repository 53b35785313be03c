import { expect, test } from 'vitest';
import { closestOf } from '../../src/calendar/closest.ts';

test('finds the value of the nearest word, capitals or not', () => {
  const words = [
    ['DE', 'DE'],
    ['Germany', 'DE'],
    ['DK', 'DK'],
    ['Denmark', 'DK'],
  ] as const;
  expect(closestOf('germny', words)).toBe('DE');
  expect(closestOf('dk', words)).toBe('DK');
  expect(closestOf('D', words)).toBe('DE'); // the first of two
  expect(closestOf('any', [])).toBe('');
});
