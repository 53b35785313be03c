import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ringPlace } from '../../src/forecast/ring.ts';

test('is the remainder, up to the largest whole numbers that a float64 holds', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.integer({ min: 1, max: 1000 }), (index, length) => {
      // at a multiple of the length and beside it rounding would show first
      for (const near of [index, index - (index % length), index - (index % length) - 1]) {
        if (near >= 0) expect(ringPlace(near, length)).toBe(near % length);
      }
    }),
  );
});
