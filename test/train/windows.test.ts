import fc from 'fast-check';
import { expect, test } from 'vitest';
import { windowsOf } from '../../src/train/windows.ts';

const regular = (first: number, end: number) => ({ first, end, index: (row: number) => row - first + 1 });

test('windows follow one another by the stride, up to the horizon before the validation', () => {
  const settings = { steps: 4, scored: 2, stride: 2, horizon: 3 };
  // rows 10 to 29 are steps 1 to 20; the validation begins with step 15, row 24
  expect(windowsOf(regular(10, 30), 15, settings)).toEqual({
    train: [10, 12, 14, 16], // the last ends with step 10, whose farthest target is step 13
    validate: [22, 24, 26], // scores 24 and 25, 26 and 27, 28 and 29
  });
});

test('without a validation all of it is learned from', () => {
  const settings = { steps: 4, scored: 4, stride: 4, horizon: 3 };
  expect(windowsOf(regular(0, 13), Infinity, settings)).toEqual({ train: [0, 4, 8], validate: [] });
});

test('too few readings give no window', () => {
  const settings = { steps: 8, scored: 4, stride: 4, horizon: 1 };
  expect(windowsOf(regular(3, 10), Infinity, settings)).toEqual({ train: [], validate: [] });
  expect(windowsOf(regular(3, 10), 2, settings)).toEqual({ train: [], validate: [] });
});

test('whatever the gaps: no target to learn from in the time of the validation, no row scored that lies before, none twice', () => {
  const cases = fc.record({
    gaps: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 80 }),
    first: fc.nat(50),
    from: fc.integer({ min: 0, max: 200 }),
    steps: fc.integer({ min: 2, max: 12 }),
    scored: fc.integer({ min: 1, max: 12 }),
    stride: fc.integer({ min: 1, max: 12 }),
    horizon: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(cases, ({ gaps, first, from, stride, horizon, ...given }) => {
      const steps = Math.max(given.steps, given.scored);
      const scored = given.scored;
      const indices = gaps.map((_, i) => gaps.slice(0, i + 1).reduce((a, b) => a + b, 0));
      const index = (row: number): number => indices[row - first]!;
      const end = first + gaps.length;
      const { train, validate } = windowsOf({ first, end, index }, from, { steps, scored, stride, horizon });
      for (const start of [...train, ...validate]) {
        expect(start).toBeGreaterThanOrEqual(first);
        expect(start + steps).toBeLessThanOrEqual(end);
      }
      for (const start of train) expect(index(start + steps - 1) + horizon).toBeLessThan(from);
      const rows = validate.flatMap((start) =>
        Array.from({ length: scored }, (_, s) => start + steps - scored + s),
      );
      for (const row of rows) expect(index(row)).toBeGreaterThanOrEqual(from);
      expect(new Set(rows).size).toBe(rows.length);
    }),
  );
});
