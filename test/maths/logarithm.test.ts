import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ln } from '../../src/maths/logarithm.ts';

/** Distance in units of the last place of the larger. */
function places(a: number, b: number): number {
  const size = Math.max(Math.abs(a), Math.abs(b), 1e-300);
  return Math.abs(a - b) / (size * Number.EPSILON);
}

test('ln is the logarithm to the last place or two, for all sizes', () => {
  const positive = fc.double({ min: 2.3e-308, max: Number.MAX_VALUE, noNaN: true });
  const near = fc.double({ min: 0.5, max: 2, noNaN: true });
  fc.assert(
    fc.property(fc.oneof(positive, near), (x) => {
      expect(places(ln(x), Math.log(x))).toBeLessThanOrEqual(2);
    }),
    { numRuns: 20_000 },
  );
  for (let k = -1000; k <= 1000; k++) expect(places(ln(2 ** k), Math.log(2 ** k))).toBeLessThanOrEqual(1);
});

test('what is pinned: 1 gives 0, neighbours of 1 keep their sign, and what is too small is the smallest', () => {
  expect(ln(1)).toBe(0);
  expect(ln(1 + Number.EPSILON)).toBeGreaterThan(0);
  expect(ln(1 - Number.EPSILON)).toBeLessThan(0);
  expect(ln(Math.E)).toBe(1);
  expect(ln(10)).toBe(Math.LN10);
  expect(ln(0)).toBe(ln(2.2250738585072014e-308));
});

test('ln rises', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
      fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
      (a, b) => {
        if (a < b) expect(ln(a)).toBeLessThanOrEqual(ln(b));
      },
    ),
  );
});
