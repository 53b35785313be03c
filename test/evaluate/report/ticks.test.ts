import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numberTicks, timeTicks } from '../../../src/evaluate/report/ticks.ts';

const labels = (ticks: readonly { readonly label: string }[]): string[] => ticks.map(({ label }) => label);

describe('numberTicks', () => {
  test.each([
    [0, 2, ['0.0', '0.5', '1.0', '1.5', '2.0']],
    [70, 100, ['70', '80', '90', '100']],
    [-0.03, 0.04, ['-0.02', '0.00', '0.02', '0.04']],
    [12_000, 19_000, ['12,000', '14,000', '16,000', '18,000']],
  ])('from %d to %d', (low, high, expected) => {
    expect(labels(numberTicks(low, high, 5))).toEqual(expected);
  });

  test('a few of them, in order, within the bounds', () => {
    const bounds = fc.tuple(
      fc.double({ min: -1e9, max: 1e9, noNaN: true }),
      fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
    );
    fc.assert(
      fc.property(bounds, ([low, size]) => {
        fc.pre(low + size > low + size / 1e6);
        const at = numberTicks(low, low + size, 5).map((tick) => tick.at);
        expect(at.length).toBeGreaterThanOrEqual(2);
        expect(at.length).toBeLessThanOrEqual(7);
        const room = size * 1e-6 + Math.abs(low) * 1e-12;
        expect(
          at.every(
            (each, i) => each >= low - room && each <= low + size + room && (i === 0 || each > at[i - 1]!),
          ),
        ).toBe(true);
      }),
    );
  });
});

describe('timeTicks', () => {
  const day = 86_400_000;
  const start = Date.UTC(2026, 0, 1);
  test.each([
    [3_600_000, ['1 Jan', '00:15', '00:30', '00:45', '01:00']],
    [10_000, ['1 Jan', '00:00:05', '00:00:10']],
    [2 * day, ['1 Jan', '12:00', '2 Jan', '12:00', '3 Jan']],
  ])('of %d ms', (span, expected) => {
    expect(labels(timeTicks(start, start + span, 6))).toEqual(expected);
  });

  test('months and years of long stretches', () => {
    expect(labels(timeTicks(start, start + 365 * day, 6))[0]).toMatch(/^[A-Z][a-z]{2} 2026$/);
    expect(labels(timeTicks(start, start + 4000 * day, 6))[0]).toMatch(/^20\d\d$/);
  });
});
