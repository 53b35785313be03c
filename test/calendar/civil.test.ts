import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DAY, firstDay, yearOf } from '../../src/calendar/civil.ts';

test('the first day of a year is that of the proleptic Gregorian calendar', () => {
  expect([1970, 1971, 1972, 1973, 2000, 2001].map(firstDay)).toEqual([0, 365, 730, 1096, 10_957, 11_323]);
  fc.assert(
    fc.property(fc.integer({ min: -200_000, max: 200_000 }), (year) => {
      expect(firstDay(year) * DAY).toBe(new Date(0).setUTCFullYear(year, 0, 1));
    }),
  );
});

test('every day lies in its year, the first and the last too', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -200_000, max: 200_000 }),
      fc.integer({ min: 0, max: 364 }),
      (year, more) => {
        expect(yearOf(firstDay(year) + more)).toBe(year);
        expect(yearOf(firstDay(year + 1) - 1)).toBe(year);
      },
    ),
  );
});
