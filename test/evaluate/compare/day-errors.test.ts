import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DayErrors } from '../../../src/evaluate/compare/day-errors.ts';

const DAY = 86_400_000;

test('sums by day of UTC', () => {
  const days = new DayErrors(2);
  days.add(5 * DAY, [1, 10]);
  days.add(6 * DAY - 1, [2, 20]);
  days.add(8 * DAY, [4, 40]);
  days.add(3 * DAY, [8, 80]);
  expect(days.stretches(DAY)).toEqual([
    { stretch: 3, errors: [8, 80] },
    { stretch: 5, errors: [3, 30] },
    { stretch: 8, errors: [4, 40] },
  ]);
  expect(days.stretches(4 * DAY)).toEqual([
    { stretch: 0, errors: [8, 80] },
    { stretch: 1, errors: [3, 30] },
    { stretch: 2, errors: [4, 40] },
  ]);
  expect(days.width).toBe(4 * DAY);
});

test('whatever comes, in whatever order: the sums of the stretches, at most 64 of them', () => {
  const targets = fc.array(fc.tuple(fc.integer({ min: -400, max: 4000 }), fc.integer({ max: 9, min: 0 })), {
    minLength: 1,
    maxLength: 200,
  });
  fc.assert(
    fc.property(targets, (all) => {
      const days = new DayErrors(1);
      for (const [halfDays, error] of all) days.add((halfDays * DAY) / 2, [error]);
      const expected = new Map<number, number>();
      for (const [halfDays, error] of all) {
        const stretch = Math.floor((halfDays * DAY) / 2 / days.width);
        expected.set(stretch, (expected.get(stretch) ?? 0) + error);
      }
      const found = days.stretches(DAY);
      expect(new Map(found.map(({ stretch, errors }) => [stretch, errors[0]]))).toEqual(expected);
      expect(found.at(-1)!.stretch - found[0]!.stretch).toBeLessThan(64);
    }),
  );
});
