import fc from 'fast-check';
import { expect, test } from 'vitest';
import { placeBefore, ringPlace } from '../../src/forecast/ring.ts';

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

test('h steps before is the place of the index less h', () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 600 }), fc.nat(600), (index, length, h) => {
      fc.pre(h < length);
      const later = index + h;
      expect(placeBefore(ringPlace(later, length), h, length)).toBe(ringPlace(index, length));
    }),
  );
});
