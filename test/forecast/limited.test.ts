import { expect, test } from 'vitest';
import { FAR } from '../../src/forecast/base.ts';
import { limited } from '../../src/forecast/limited.ts';

test('is the movement, at most 10,000 times the usual one', () => {
  expect(limited(3, 0.5)).toBe(3);
  expect(limited(-6000, 0.5)).toBe(-5000);
});

test('where no movement has been seen, or a large one, it goes no farther than a million units', () => {
  expect(limited(2e6, 0)).toBe(FAR);
  expect(limited(-2e6, 1e4)).toBe(-FAR);
});

test('is 0 where an expert says nothing, and where movements are lost in the unit', () => {
  expect(limited(NaN, 1)).toBe(0);
  expect(limited(5, 1e-16)).toBe(0);
});
