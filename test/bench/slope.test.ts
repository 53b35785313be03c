import fc from 'fast-check';
import { expect, test } from 'vitest';
import { seededRandom } from '../../src/model/random.ts';
import { type Point, slopeOf } from './slope.ts';

/** An hour of samples, one every ten seconds: a line and noise of which each is like the one before. */
function hour(perHour: number, seed: number, alike: number): Point[] {
  const random = seededRandom(seed);
  let noise = 0;
  return Array.from({ length: 361 }, (_, i) => {
    noise = alike * noise + (random() + random() + random() - 1.5);
    return [10 * i, 100 + (perHour * i) / 360 + noise];
  });
}

test('a line without noise has its own slope, and nothing beside it', () => {
  const points = Array.from({ length: 361 }, (_, i): Point => [10 * i, 50 + i / 36]);
  const { perHour, low, high, level, samples } = slopeOf(points)!;
  expect(perHour).toBeCloseTo(10, 9);
  expect(low).toBeCloseTo(10, 9);
  expect(high).toBeCloseTo(10, 9);
  expect(level).toBeCloseTo(55, 9);
  expect(samples).toBe(361);
});

test('least squares is the same wherever the time begins', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 1, max: 1000 }), (from, seed) => {
      const points = hour(3, seed, 0.5);
      const later = points.map(([at, value]): Point => [at + from, value]);
      expect(slopeOf(later)!.perHour).toBeCloseTo(slopeOf(points)!.perHour, 6);
    }),
    { numRuns: 20 },
  );
});

test('of 200 lines the interval holds the slope of most, also where neighbours are alike', () => {
  for (const alike of [0, 0.9]) {
    const held = Array.from({ length: 200 }, (_, seed) => slopeOf(hour(2, seed + 1, alike))!).filter(
      ({ low, high }) => low <= 2 && 2 <= high,
    );
    // of 100 it is to be 95; twelve blocks make it 92, and 86 where each is much like the one before
    expect(held.length).toBeGreaterThan(165);
  }
});

test('a stretch of less than four blocks says nothing', () => {
  expect(slopeOf(hour(1, 1, 0).slice(0, 120))).toBeNull();
  expect(slopeOf(hour(1, 1, 0).slice(0, 121))).not.toBeNull();
  expect(slopeOf([])).toBeNull();
});
