import { expect, test } from 'vitest';
import { dropout } from '../../src/learn/dropout.ts';

function factors(seed: number, update: number, sample: number, layer: number): Float32Array {
  const to = new Float32Array(40 * 25);
  dropout(0.2, seed, update, sample, layer, 40, 25, to, 0, 25);
  return to;
}

test('as many are dropped as asked for, and the mean stays', () => {
  const all = factors(1, 2, 3, 1);
  expect(new Set(all)).toEqual(new Set([0, 1.25]));
  const mean = all.reduce((sum, factor) => sum + factor, 0) / all.length;
  expect(Math.abs(mean - 1)).toBeLessThan(0.05);
});

test('other numbers for another seed, update, sample or layer; the same for the same', () => {
  const one = factors(1, 2, 3, 1);
  expect(factors(1, 2, 3, 1)).toEqual(one);
  for (const other of [factors(2, 2, 3, 1), factors(1, 3, 3, 1), factors(1, 2, 4, 1), factors(1, 2, 3, 2)]) {
    expect(other).not.toEqual(one);
  }
});

test('rows lie `stride` apart, and nothing else is written', () => {
  const to = new Float32Array(20).fill(9);
  dropout(0.5, 1, 0, 0, 1, 3, 2, to, 1, 7);
  expect([...to].map((factor) => factor === 9)).toEqual(
    [...to].map((_, i) => ![1, 2, 8, 9, 15, 16].includes(i)),
  );
});
