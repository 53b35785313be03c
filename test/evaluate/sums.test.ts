import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addTarget, noSums, sumOf, type Sums, type Target } from '../../src/evaluate/sums.ts';

const number = fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 1000);
const anyTarget = fc.record({
  y: number,
  yhat: number,
  lo: number,
  hi: number,
  last: number,
  mean: number,
  season: number,
});

const sumsOf = (targets: readonly Target[]) => {
  const sums = noSums();
  for (const target of targets) addTarget(sums, target);
  return sums;
};

test('the interval score is 2/α times the pinball losses of both ends', () => {
  fc.assert(
    fc.property(fc.array(anyTarget), (targets) => {
      const { winkler, pinballLo, pinballHi } = sumsOf(
        targets.map((t) => ({ ...t, lo: Math.min(t.lo, t.hi), hi: Math.max(t.lo, t.hi) })),
      );
      expect(winkler).toBeCloseTo(20 * (pinballLo + pinballHi), 6);
    }),
  );
});

test('dividing the sums by a unit is summing in that unit', () => {
  fc.assert(
    fc.property(fc.array(anyTarget), fc.integer({ min: 1, max: 100 }), (targets, unit) => {
      const whole = sumOf([{ sums: sumsOf(targets), unit }]);
      const scaled = sumsOf(
        targets.map(
          (target) =>
            Object.fromEntries(
              Object.entries(target).map(([key, value]) => [key, value / unit]),
            ) as unknown as Target,
        ),
      );
      for (const [name, value] of Object.entries(whole)) {
        const other = scaled[name as keyof typeof scaled];
        expect(Math.abs(value - other)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
      }
    }),
  );
});

test('sums of parts are those of the whole', () => {
  const targets = Array.from({ length: 9 }, (_, i) => ({
    y: i,
    yhat: 3,
    lo: 2,
    hi: 5,
    last: 1,
    mean: 2,
    season: i % 2 ? 4 : NaN,
  }));
  const parts = [targets.slice(0, 4), targets.slice(4)].map((part) => ({ sums: sumsOf(part), unit: 1 }));
  for (const [name, value] of Object.entries(sumsOf(targets)))
    expect(sumOf(parts)[name as keyof Sums]).toBeCloseTo(value, 9);
});
