import { expect, test } from 'vitest';
import { BAND, reachAbove, reachBelow, trackBand } from '../../src/forecast/band.ts';
import { seededRandom } from '../../src/model/random.ts';

function coverage(
  level: 0.9 | 0.99,
  noise: (t: number) => number,
  n = 20_000,
): { share: number; low: number; high: number } {
  const state = new Float64Array(BAND);
  let [inside, below, above, scored] = [0, 0, 0, 0];
  for (let t = 0; t < n; t++) {
    const e = noise(t);
    const [lo, hi] = [reachBelow(state, 0), reachAbove(state, 0)];
    if (!Number.isNaN(hi) && t > 500) {
      scored++;
      if (e > hi) above++;
      else if (-e > lo) below++;
      else inside++;
    }
    trackBand(state, 0, e, level, 0.03);
  }
  return { share: inside / scored, low: below / scored, high: above / scored };
}

function gaussian(seed: number): () => number {
  const random = seededRandom(seed);
  return () => Array.from({ length: 12 }, random).reduce((sum, v) => sum + v, -6);
}

test('keeps 90 % on normal errors, half of the rest on each side', () => {
  const next = gaussian(1);
  const { share, low, high } = coverage(0.9, () => 3 * next());
  expect(share).toBeGreaterThan(0.89);
  expect(share).toBeLessThan(0.91);
  expect(Math.abs(low - high)).toBeLessThan(0.01);
});

test('keeps its word on skewed errors and through a change of scale', () => {
  const next = gaussian(2);
  expect(coverage(0.9, () => next() ** 2 - 1).share).toBeCloseTo(0.9, 1);
  expect(coverage(0.9, (t) => (t < 10_000 ? 1 : 20) * next()).share).toBeCloseTo(0.9, 1);
  expect(coverage(0.99, next).share).toBeGreaterThan(0.98);
});

test('there is no band before there are errors, and it is finite after', () => {
  const state = new Float64Array(BAND);
  expect([reachAbove(state, 0), reachBelow(state, 0)]).toEqual([NaN, NaN]);
  for (let t = 0; t < 5000; t++) trackBand(state, 0, 0, 0.9, 0.03);
  expect([reachAbove(state, 0), reachBelow(state, 0)]).toEqual([0, 0]);
  trackBand(state, 0, 1e9, 0.9, 0.03);
  expect(reachAbove(state, 0)).toBeGreaterThan(0);
  expect(Number.isFinite(reachAbove(state, 0))).toBe(true);
});
