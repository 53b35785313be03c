import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PAST } from '../../src/forecast/past.ts';
import { periodOf } from '../../src/forecast/period.ts';
import { gaussian } from './gaussian.ts';

type Next = () => number;
/** Value k of a series. */
type Series = (k: number) => number;

/** Cycles of a deviation of 1, nearly, by their period. */
const CYCLES: Readonly<Record<string, (period: number) => Series>> = {
  sine: (p) => (k) => Math.SQRT2 * Math.sin((2 * Math.PI * k) / p),
  sawtooth: (p) => (k) => (3.46 * (k % p)) / p,
  square: (p) => (k) => (k % p < p / 2 ? 1 : -1),
  pulse: (p) => (k) => (k % p < p / 8 ? 3 : 0),
};

/** Series without a period. */
const NOISES: Readonly<Record<string, (next: Next) => Next>> = {
  'white noise': (next) => next,
  'a random walk': (next) => walk(next, 1),
  'AR(1), 0.5': (next) => walk(next, 0.5),
  'AR(1), 0.9': (next) => walk(next, 0.9),
  'AR(1), 0.98': (next) => walk(next, 0.98),
  'a walk of a walk': (next) => walk(walk(next, 0.9), 1),
  'rare spikes': (next) => () => (Math.abs(next()) > 2.3 ? 10 : 0),
  'spikes in noise': (next) => () => (Math.abs(next()) > 2.3 ? 50 : next()),
  'rare steps': (next) => {
    let level = 0;
    return () => (level = Math.abs(next()) > 2.3 ? 1 - level : level);
  },
  'a counter': (next) => {
    const step = walk(() => Math.abs(next()), 1);
    return step;
  },
};

function walk(next: Next, share: number): Next {
  let x = 0;
  return () => (x = share * x + next());
}

function pastOf(series: Series, n = PAST, first = 0): Float64Array {
  return Float64Array.from({ length: PAST }, (_, i) => (i < n ? series(first + i) : NaN));
}

const found = (values: Float64Array, n = PAST): number => periodOf(values, n)?.steps ?? 0;

describe('of a cycle', () => {
  const periods = [4, 7, 12, 37, 60, 100, 120];
  test.each(Object.keys(CYCLES))(
    '%s: its period, exactly, whatever the level, the unit and the trend',
    (shape) => {
      for (const p of periods.filter((each) => each > 4 || shape === 'sawtooth')) {
        const series = CYCLES[shape]!(p);
        expect(found(pastOf(series)), `period ${p}`).toBe(p);
        expect(found(pastOf((k) => 1e6 - 1e-3 * series(k) + 1e-5 * k)), `period ${p}, small, falling`).toBe(
          p,
        );
      }
    },
  );

  // Seen to fail where only lags of the one scale that a period belongs to are looked at: of 12 steps it finds 36.
  test.each(Object.keys(CYCLES))('%s: within a step under noise of 0.3 deviations', (shape) => {
    for (const p of [7, 12, 37]) {
      let hits = 0;
      for (let seed = 1; seed <= 20; seed++) {
        const next = gaussian(seed);
        const series = CYCLES[shape]!(p);
        if (Math.abs(found(pastOf((k) => series(k) + 0.3 * next())) - p) <= 1) hits++;
      }
      expect(hits, `period ${p}`).toBeGreaterThanOrEqual(19);
    }
  });

  test('after less than three times, and never before two', () => {
    for (const [shape, cycle] of Object.entries(CYCLES)) {
      for (const p of [12, 37, 60]) {
        const values = pastOf(cycle(p));
        let first = 2;
        while (found(values, first) !== p) expect(++first, `${shape} of ${p}`).toBeLessThan(3.1 * p);
        expect(first).toBeGreaterThanOrEqual(2 * p);
      }
    }
  });

  test('of no whole number of steps: the nearest, or a multiple that is nearer', () => {
    for (const p of [12.3, 37.4, 50.5]) {
      const steps = found(pastOf(CYCLES['sawtooth']!(p)));
      expect(steps).toBeGreaterThan(10);
      expect(Math.abs(steps - Math.round(steps / p) * p)).toBeLessThan(1);
    }
  });

  test('that is longer than 144 steps, or shorter than 4: none', () => {
    for (const p of [150, 200, 288]) expect(found(pastOf(CYCLES['sawtooth']!(p)))).toBe(0);
    expect(found(pastOf((k) => k % 3))).not.toBe(3);
  });

  test('that has a shift of level or a stray among it: still', () => {
    const series = CYCLES['square']!(37);
    expect(found(pastOf((k) => series(k) + (k > 150 ? 5 : 0)))).toBe(37);
    expect(found(pastOf((k) => series(k) + (k === 150 ? 1e9 : 0)))).toBe(37);
  });
});

// Seen to fail without the lags to 2s in Bartlett's formula, without the kurtosis (spikes, steps), without a least number of independent
// differences (spikes, steps), and with a bar of 4 for t (noise).
describe('of what has none', () => {
  test.each(Object.keys(NOISES))('%s: none in 1,200 looks', (name) => {
    const seeds = Array.from({ length: 40 }, (_, i) => i + 1);
    const steps = seeds.flatMap((seed) => {
      const next = NOISES[name]!(gaussian(seed));
      const all = Array.from({ length: 1250 }, () => next());
      return Array.from({ length: 30 }, (_, look) => {
        const to = 32 * (look + 1);
        return found(
          pastOf((k) => all[k]!, Math.min(to, PAST), Math.max(0, to - PAST)),
          Math.min(to, PAST),
        );
      });
    });
    expect(steps.filter((each) => each > 0)).toEqual([]);
  });

  test('a pair of spikes, or of steps, is no period', () => {
    for (const p of [10, 40, 100]) {
      expect(found(pastOf((k) => (k === 60 || k === 60 + p ? 1 : 0)))).toBe(0);
      for (const [second, third] of [
        [0, 0],
        [2, 2],
        [0, 1],
      ] as const) {
        const level = (k: number): number => (k < 60 ? 0 : k < 60 + p / 2 ? 1 : k < 60 + p ? second : third);
        expect(found(pastOf(level)), `${p}: 1, ${second}, ${third}`).toBe(0);
      }
    }
  });

  test('a constant, a line, numbers of any size: none, and nothing fails', () => {
    for (const series of [() => 7, (k: number) => 3 * k, (k: number) => (k % 2 === 0 ? 3e38 : -3e38)])
      expect([0, 4]).toContain(found(pastOf(series)));
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: PAST }),
        fc.integer({ min: 0, max: 144 }),
        (numbers, known) => {
          const values = Float64Array.from({ length: PAST }, (_, i) => numbers[i] ?? NaN);
          const period = periodOf(values, numbers.length, known);
          if (!period) return;
          expect(period.steps).toBeGreaterThanOrEqual(4);
          expect(period.steps).toBeLessThanOrEqual(Math.min(144, numbers.length / 2));
          for (const r of [period.correlation, period.known]) expect(Math.abs(r)).toBeLessThan(1 + 1e-9);
        },
      ),
    );
  });
});

test('what was looked at before makes no difference', () => {
  const next = gaussian(3);
  const shapes = [
    pastOf((k) => k % 2),
    pastOf(() => 5),
    ...Object.values(CYCLES).map((cycle) => pastOf(cycle(37))),
    pastOf(() => next()),
  ];
  for (const n of [20, 100, PAST]) {
    for (const known of [0, 4, 30]) {
      for (const values of shapes) {
        const after = shapes.map((before) => {
          periodOf(before, PAST);
          return periodOf(values, n, known);
        });
        for (const each of after) expect(each).toEqual(after[0]);
      }
    }
  }
});

test('one that is known needs less: half the t', () => {
  const [sure, kept]: [number[], number[]] = [[], []];
  for (let seed = 1; seed <= 40; seed++) {
    const next = gaussian(seed);
    const series = CYCLES['sine']!(60);
    const values = pastOf((k) => series(k) + 0.4 * next());
    if (periodOf(values, PAST)) sure.push(seed);
    if (periodOf(values, PAST, 60)) kept.push(seed);
  }
  expect(sure.length).toBeLessThan(10);
  expect(kept.length).toBeGreaterThan(30);
});
