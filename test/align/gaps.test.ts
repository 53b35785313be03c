import { expect, test } from 'vitest';
import { type Gaps, maskedSteps, shareLeft } from '../../src/align/gaps.ts';

const POLICIES = ['hold', 'mask', 'decay', 'reset'] as const;

/** [share that is left, steps without a reading] of a gap under each policy. */
function fates(gap: number, restart = 0): Record<string, readonly [number, number]> {
  return Object.fromEntries(
    POLICIES.map((policy) => {
      const gaps: Gaps = { policy, decay: 0.5 };
      const columns = { gaps, gap: Float64Array.of(gap), restart: Uint8Array.of(restart) };
      return [policy, [shareLeft(columns, 0), maskedSteps(columns, 0)]];
    }),
  );
}

test('where no step is missing all is left, whatever the policy', () => {
  expect(fates(1)).toEqual({ hold: [1, 0], mask: [1, 0], decay: [1, 0], reset: [1, 0] });
});

test('a gap of four steps misses three', () => {
  expect(fates(4)).toEqual({ hold: [1, 0], mask: [1, 3], decay: [0.125, 0], reset: [0, 0] });
});

test('where the series begins anew nothing is left, whatever the policy', () => {
  const nothing = { hold: [0, 0], mask: [0, 0], decay: [0, 0], reset: [0, 0] };
  expect(fates(0, 1)).toEqual(nothing);
  expect(fates(900, 1)).toEqual(nothing);
});

test('the share is a product in float32, and ends at 0', () => {
  const share = (gap: number): number =>
    shareLeft(
      { gaps: { policy: 'decay', decay: 0.9 }, gap: Float64Array.of(gap), restart: Uint8Array.of(0) },
      0,
    );
  const f = Math.fround;
  expect(share(2)).toBe(f(0.9));
  expect(share(4)).toBe(f(f(f(0.9) * 0.9) * 0.9));
  expect(share(1e9)).toBeLessThan(1e-44);
});
