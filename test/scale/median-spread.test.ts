import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/memory/memory.ts';
import { MedianSpread } from '../../src/scale/median-spread.ts';
import { gaussian } from '../forecast/gaussian.ts';

/** Median and spread after each value, of the first channel of three. */
function taken(values: readonly number[], window: number): { middle: number; spread: number }[] {
  const memory = new Memory();
  const medians = new MedianSpread(memory, 3, window);
  const row = memory.row('a');
  const other = memory.row('b');
  const out = { middle: new Float64Array(1), spread: new Float64Array(1) };
  return values.map((value, i) => {
    medians.take(other, 1, i, out, 0);
    medians.take(row, 2, -i, out, 0);
    medians.take(row, 1, value, out, 0);
    return { middle: out.middle[0]!, spread: out.spread[0]! };
  });
}

/** The same by sorting what is in the window. */
function sorted(values: readonly number[], window: number): { middle: number; spread: number }[] {
  const ascending = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);
  return values.map((_, i) => {
    const seen = ascending(values.slice(Math.max(0, i + 1 - window), i + 1));
    const n = seen.length;
    const middle = (seen[(n - 1) >> 1]! + seen[n >> 1]!) / 2;
    const distances = seen.map((value) => Math.abs(value - middle));
    const deviation = ascending(distances)[n >> 1]!;
    const mean = distances.reduce((sum, distance) => sum + distance, 0) / n;
    return { middle, spread: deviation > 0 ? 1.4826 * deviation : 1.2533 * mean };
  });
}

// Seen to fail where a run of exactly half counts, where only one side of the median is looked at, and without the mean of a switch.
test('are those of the last readings, sorted: any values, any window', () => {
  const value = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.double({ noNaN: true, min: -1e6, max: 1e6 }),
    fc.constantFrom(1e150, -1e150, 5e-324, 0, -0),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), fc.integer({ min: 2, max: 20 }), (values, window) => {
      const expected = sorted(values, window);
      taken(values, window).forEach(({ middle, spread }, i) => {
        const close = (got: number, wanted: number): void =>
          expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-12 * Math.abs(wanted) + 1e-320);
        close(middle, expected[i]!.middle);
        close(spread, expected[i]!.spread);
      });
    }),
    { numRuns: 300 },
  );
});

describe('spread', () => {
  const normal = (count: number): number[] => Array.from({ length: count }, gaussian(1));

  test('is the standard deviation of normal numbers', () => {
    const spreads = taken(normal(5000), 1000)
      .slice(1000)
      .map(({ spread }) => spread);
    expect(Math.max(...spreads.map((spread) => Math.abs(spread - 1)))).toBeLessThan(0.12);
  });

  test.each([
    ['one in ten', 10],
    ['four in ten', 2.5],
  ])('outliers of 1e6, %s, raise it by little and end with it', (_, every) => {
    const values = normal(3000).map((value, i) => (Math.floor(i % every) === 0 ? 1e6 : value));
    const { middle, spread } = taken(values, 500).at(-1)!;
    expect(Math.abs(middle)).toBeLessThan(every === 10 ? 0.25 : 1.2);
    expect(spread).toBeLessThan(every === 10 ? 1.25 : 3.5);
  });

  test.each([1e-300, 1e-9, 1e9, 1e140])('goes with the size: times %d', (size) => {
    const plain = taken(normal(300), 100).at(-1)!;
    const { middle, spread } = taken(
      normal(300).map((value) => value * size),
      100,
    ).at(-1)!;
    expect(middle / size).toBeCloseTo(plain.middle, 9);
    expect(spread / size).toBeCloseTo(plain.spread, 9);
  });

  test('a step is taken in when half the window lies behind it', () => {
    const values = normal(600).map((value, i) => (i < 300 ? value : 1000 + value));
    const all = taken(values, 100);
    expect(all[340]!.middle).toBeLessThan(3);
    expect(all[360]!.middle).toBeGreaterThan(997);
    expect(all[400]!.spread).toBeLessThan(1.5);
  });

  test('a constant has none; a switch that is mostly off has one', () => {
    expect(taken(Array<number>(30).fill(7), 10).at(-1)).toEqual({ middle: 7, spread: 0 });
    const { middle, spread } = taken([0, 0, 0, 0, 0, 0, 0, 0, 0, 5], 10).at(-1)!;
    expect(middle).toBe(0);
    expect(spread).toBeCloseTo(1.2533 * 0.5, 12);
  });

  test('the largest numbers are survived', () => {
    for (const { middle, spread } of taken([1.7e308, -1.7e308, 1.7e308, 0, 1e-300], 4))
      expect(Number.isFinite(middle) && Number.isFinite(spread)).toBe(true);
  });
});
