import { expect, test } from 'vitest';
import { accumulate } from '../../src/cell/accumulate.ts';

test('adds v W row by row, from the given places', () => {
  const z = Float32Array.from([1, 2]);
  accumulate(z, 2, Float32Array.from([9, 3, 5]), 1, 2, Float32Array.from([0, 0, 10, 20, 100, 200]), 1);
  expect([...z]).toEqual([1 + 30 + 500, 2 + 60 + 1000]);
});

test('sums in one fixed order, each step rounded to float32', () => {
  const v = Float32Array.from([1, 1, 1]);
  const W = Float32Array.from([1e8, 1, -1e8]);
  const z = new Float32Array(1);
  accumulate(z, 1, v, 0, 3, W, 0);
  expect(z[0]).toBe(0); // in any other order, or in float64, it would be 1
});
