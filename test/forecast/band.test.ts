import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BAND, type BandPlan, bandScale, startOf, trackBand } from '../../src/forecast/band.ts';
import { seededRandom } from '../../src/model/random.ts';
import { gaussian } from './gaussian.ts';

const LEVELS = [0.5, 0.8, 0.9, 0.95];
const MAIN = 2;
const RATE = 0.03;

function planOf(levels: readonly number[], main: number, rate = RATE): BandPlan {
  return { levels, main, rate, start: levels.map(startOf) };
}

/** One tracker among others: places before and behind it belong to them. */
function makeTracker(plan: BandPlan) {
  const sizes = new Float64Array(BAND + 2).fill(99);
  sizes.fill(0, 1, 1 + BAND);
  const reach = new Float32Array(2 * plan.levels.length + 2).fill(99);
  return {
    take: (error: number, above = NaN, below = NaN) =>
      trackBand(sizes, 1, reach, 1, error, above, below, plan),
    /** u and l of a level. */
    units: (level: number): [number, number] => [reach[1 + 2 * level]!, reach[2 + 2 * level]!],
    scale: () => bandScale(sizes, 1),
    beside: () => [sizes[0], sizes[BAND + 1], reach[0], reach[2 * plan.levels.length + 1]],
  };
}

/** The formulas of the docstring in float64, for a band that knows the reach of every level when it was issued. */
class PlainTracker {
  readonly #errors: number[] = [];
  readonly #level: number;
  readonly #rate: number;
  u: number;
  l: number;

  constructor(level: number, start: number, rate: number) {
    this.#level = level;
    this.#rate = rate;
    this.u = start;
    this.l = start;
  }

  sigma(): number {
    return Math.max(this.#meanSize(100), 0.3 * this.#meanSize(3000));
  }

  /** Mean |e|: a plain one at first, then exponentially weighted. */
  #meanSize(window: number): number {
    return this.#errors.reduce((mean, error, i) => mean + (error - mean) / Math.min(i + 1, window), 0);
  }

  take(error: number): void {
    if (this.#errors.length > 0) {
      const z = error / this.sigma();
      const tail = (1 - this.#level) / 2;
      this.u = Math.max(0, this.u + this.#rate * (Number(z > this.u) - tail));
      this.l = Math.max(0, this.l + this.#rate * (Number(-z > this.l) - tail));
    }
    this.#errors.push(Math.abs(error));
  }
}

describe('start', () => {
  // the normal quantiles of a table, over E|e| = √(2/π)
  test.each([
    [0.5, 0.674489750196],
    [0.8, 1.281551565545],
    [0.9, 1.644853626951],
    [0.95, 1.95996398454],
    [0.99, 2.575829303549],
    [0.998, 3.090232306168],
    [0.9999, 3.890591886413],
  ])('of level %d is the quantile of a normal error', (level, quantile) => {
    expect(Math.abs(startOf(level) - quantile / Math.sqrt(2 / Math.PI))).toBeLessThan(6e-4);
  });

  test('is at least 0 for the narrowest of bands, and rises with the level', () => {
    const starts = [0.001, 0.01, 0.1, 0.3, 0.5, 0.9, 0.99, 0.999, 0.999999].map(startOf);
    expect(starts[0]).toBeGreaterThan(0);
    expect(starts.toSorted((a, b) => a - b)).toEqual(starts);
    expect(starts.at(-1)).toBeLessThan(10);
  });
});

describe('the first errors', () => {
  test('there is no band before the eighth, then σ is the mean size of the errors', () => {
    const tracker = makeTracker(planOf(LEVELS, MAIN));
    for (let i = 1; i <= 8; i++) {
      expect(tracker.scale()).toBe(NaN);
      tracker.take(i % 2 === 0 ? i : -i);
    }
    expect(tracker.scale()).toBeCloseTo(4.5, 12);
  });

  test('the very first sets u and l of each level, on both sides alike', () => {
    const tracker = makeTracker(planOf(LEVELS, MAIN));
    tracker.take(-3);
    LEVELS.forEach((level, b) => {
      const start = Math.fround(startOf(level));
      expect(tracker.units(b)).toEqual([start, start]);
    });
  });
});

// Seen to fail with the tail of the other side, with σ over 300, and without its floor.
test('tracks as the formulas say, where nothing has been issued', () => {
  const next = gaussian(1);
  for (const [b, level] of LEVELS.entries()) {
    const tracker = makeTracker(planOf(LEVELS, MAIN));
    const plain = new PlainTracker(level, startOf(level), RATE);
    for (let t = 0; t < 600; t++) {
      const error = (t < 300 ? 1 : 0.01) * (next() + 0.3);
      tracker.take(error);
      plain.take(error);
      expect(tracker.units(b)[0]).toBeCloseTo(plain.u, 3);
      expect(tracker.units(b)[1]).toBeCloseTo(plain.l, 3);
      if (t > 8) expect(tracker.scale() / plain.sigma()).toBeCloseTo(1, 9);
    }
    expect(tracker.beside()).toEqual([99, 99, 99, 99]);
  }
});

describe('what was issued counts', () => {
  test('of the main band its reach, not what it would be now', () => {
    const tracker = makeTracker(planOf(LEVELS, MAIN));
    for (let i = 0; i < 100; i++) tracker.take(i % 2 === 0 ? 1 : -1);
    const tail = (1 - LEVELS[MAIN]!) / 2;
    const [u, l] = tracker.units(MAIN);
    tracker.take(50, 51, 51);
    expect(tracker.units(MAIN)[0]).toBeCloseTo(u - RATE * tail, 6);
    tracker.take(0.1, 0.05, 0.05);
    expect(tracker.units(MAIN)[0]).toBeCloseTo(u + RATE * (1 - 2 * tail), 6);
    expect(tracker.units(MAIN)[1]).toBeCloseTo(l - 2 * RATE * tail, 6);
    tracker.take(-0.1, 0.05, 0.05);
    expect(tracker.units(MAIN)[1]).toBeCloseTo(l + RATE * (1 - 3 * tail), 6);
  });

  test('of the others a reach that stood to it as it does now', () => {
    const tracker = makeTracker(planOf([0.5, 0.9], 1));
    for (let i = 0; i < 100; i++) tracker.take(i % 2 === 0 ? 1 : -1);
    const [inner] = tracker.units(0);
    const [main] = tracker.units(1);
    // main reached 10 above: the inner one 10 × inner / main
    tracker.take((10 * inner) / main - 0.01, 10, 10);
    expect(tracker.units(0)[0]).toBeCloseTo(inner - RATE * 0.25, 6);
    const [nextInner] = tracker.units(0);
    const [nextMain] = tracker.units(1);
    tracker.take((10 * nextInner) / nextMain + 0.01, 10, 10);
    expect(tracker.units(0)[0]).toBeCloseTo(nextInner + RATE * 0.75, 6);
  });

  /**
   * Sends errors through a tracker whose bands wait `delay` steps for them; the misses of what was issued, above and below, and how far
   * float32 may have rounded u.
   */
  function misses(errors: readonly number[], delay: number, plan: BandPlan) {
    const tracker = makeTracker(plan);
    const waiting: (readonly [above: number, below: number])[] = [];
    let [scored, above, below] = [0, 0, 0];
    let start: readonly [number, number] | undefined;
    let rounding = 0;
    for (const error of errors) {
      const [u, l] = tracker.units(plan.main);
      waiting.push([u * tracker.scale(), l * tracker.scale()]);
      if (waiting.length <= delay) continue;
      const [up, down] = waiting.shift()!;
      if (!Number.isNaN(up)) {
        start ??= [u, l];
        scored++;
        if (error > up) above++;
        if (-error > down) below++;
        rounding += 2 ** -24 * Math.max(u, l, 1);
      }
      tracker.take(error, up, down);
    }
    return { scored, above, below, start: start ?? [0, 0], end: tracker.units(plan.main), rounding };
  }

  const error = fc.oneof(
    fc.constant(0),
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.double({ min: 0, max: 1000, noNaN: true }),
    fc.constantFrom(1e-9, 1, -1, 1e6, -1e6, 1e300),
  );
  const runs = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 80 }), fc.array(error, { minLength: 1, maxLength: 20 })),
    {
      minLength: 1,
      maxLength: 12,
    },
  );

  // The guarantee, whatever the errors: u rises by 0.03 with every miss. Seen to fail when a miss is judged by today's σ.
  test('misses never outnumber their share by more than u has moved', () => {
    const delays = fc.constantFrom(1, 3, 12, 48);
    fc.assert(
      fc.property(runs, delays, fc.constantFrom(0, 1, 2, 3), (parts, delay, main) => {
        const errors = parts.flatMap(([times, of]) => Array.from({ length: times }, () => of).flat());
        const tail = (1 - LEVELS[main]!) / 2;
        const { scored, above, below, start, end, rounding } = misses(errors, delay, planOf(LEVELS, main));
        expect(above - tail * scored).toBeLessThanOrEqual((end[0] - start[0] + rounding) / RATE + 1e-6);
        expect(below - tail * scored).toBeLessThanOrEqual((end[1] - start[1] + rounding) / RATE + 1e-6);
      }),
      { numRuns: 500 },
    );
  });

  const series = {
    stationary: () => gaussian(2),
    // spread and mean wander by a factor of eight
    drifting: () => {
      const next = gaussian(3);
      let t = 0;
      return () => {
        t++;
        return 2 ** (1.5 * Math.sin(t / 3000)) * (next() + Math.sin(t / 5000));
      };
    },
    autocorrelated: () => {
      const next = gaussian(4);
      let e = 0;
      return () => (e = 0.97 * e + next());
    },
    // squares: all on one side
    skewed: () => {
      const next = gaussian(5);
      return () => next() ** 2;
    },
    // mostly 0, then a burst
    intermittent: () => {
      const next = gaussian(6);
      const random = seededRandom(7);
      let left = 0;
      return () => {
        if (left > 0) left--;
        else if (random() < 0.01) left = 60;
        return left > 0 ? 5 * next() : 0;
      };
    },
  };

  test.each(
    [1, 12, 48].flatMap((delay) => [
      ['stationary', 0.9, delay] as const,
      ['stationary', 0.5, delay] as const,
      ['stationary', 0.99, delay] as const,
      ['drifting', 0.9, delay] as const,
      ['drifting', 0.99, delay] as const,
      ['autocorrelated', 0.9, delay] as const,
      ['autocorrelated', 0.99, delay] as const,
    ]),
  )(
    'in the long run the share that held of %s errors is within 0.01 of %d, %d steps later',
    (name, level, delay) => {
      const { scored, above, below } = misses(
        Array.from({ length: 60_000 }, series[name]()),
        delay,
        planOf([level], 0),
      );
      const tail = (1 - level) / 2;
      expect(Math.abs(above / scored - tail)).toBeLessThan(0.005);
      expect(Math.abs(below / scored - tail)).toBeLessThan(0.005);
    },
  );

  // a band always holds its forecast: a side that errors seldom fall on can be missed less than its share
  test.each([1, 12, 48])(
    'skewed and intermittent errors are not missed more than their share, %d steps later',
    (delay) => {
      for (const name of ['skewed', 'intermittent'] as const) {
        const { scored, above, below } = misses(
          Array.from({ length: 60_000 }, series[name]()),
          delay,
          planOf([0.9], 0),
        );
        expect(above / scored).toBeLessThan(0.055);
        expect(below / scored).toBeLessThan(0.055);
      }
    },
  );
});

describe('errors that are no ordinary numbers', () => {
  test('of 0 make a band of no width, that grows again with the first that is not', () => {
    const tracker = makeTracker(planOf(LEVELS, MAIN));
    for (let t = 0; t < 5000; t++) tracker.take(0, 0, 0);
    expect(tracker.scale()).toBe(0);
    tracker.take(1e9, 0, 0);
    expect(tracker.scale()).toBeGreaterThan(0);
    expect(tracker.units(MAIN)[0]).toBeGreaterThan(0);
  });

  test('of 1e300, or infinite ones, leave numbers behind, which come back', () => {
    const tracker = makeTracker(planOf(LEVELS, MAIN));
    const next = gaussian(8);
    for (let t = 0; t < 100; t++) tracker.take(next());
    for (const huge of [1e300, -1e300, 1e308, Infinity, -Infinity]) {
      tracker.take(huge);
      expect(tracker.scale()).toSatisfy(Number.isFinite);
      LEVELS.forEach((_, b) =>
        expect(Math.max(...tracker.units(b)) * tracker.scale()).toSatisfy(Number.isFinite),
      );
    }
    for (let t = 0; t < 4_000_000 && tracker.scale() > 1e100; t++) tracker.take(1);
    expect(tracker.scale()).toBeLessThan(1e100);
  });
});
