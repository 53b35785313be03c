import { describe, expect, test } from 'vitest';
import { BAND, bandScale, startOf, trackBand } from '../../src/forecast/band.ts';
import {
  LIVE,
  LOWERED,
  RAISED,
  RETURNED,
  standing,
  TOO_HIGH,
  TOO_LOW,
  trackCoverage,
  turnTo,
  WITHIN,
} from '../../src/forecast/coverage.ts';
import { gaussian } from './gaussian.ts';

describe('live figures', () => {
  const after = (targets: number, horizon: number, isHeld: (i: number) => boolean): Float32Array => {
    const live = new Float32Array(2 * LIVE);
    for (let n = 1; n <= targets; n++) trackCoverage(live, LIVE, n, horizon, isHeld(n), n);
    return live;
  };

  test('are plain means of the first thousand targets', () => {
    const live = after(1000, 1, (n) => n % 4 !== 0);
    expect(live[LIVE]).toBeCloseTo(0.75, 5);
    expect(live[LIVE + 1]).toBeCloseTo(500.5, 1);
    expect([...live.subarray(0, LIVE)]).toEqual([0, 0]);
  });

  test('then forget: what is 1,000 targets past weighs e times less', () => {
    expect(after(2000, 1, (n) => n <= 1000)[LIVE]).toBeCloseTo(Math.exp(-1), 3);
  });

  // Seen to fail with the same window for all horizons.
  test('later for targets that are far ahead, whose errors are correlated', () => {
    expect(after(4000, 20, (n) => n <= 2000)[LIVE]).toBeCloseTo(0.5 * 2 * Math.exp(-2), 2);
    expect(after(4800, 48, (n) => n <= 2400)[LIVE]).toBeCloseTo(Math.exp(-1), 2);
  });

  test('stay numbers', () => {
    const live = new Float32Array(LIVE);
    trackCoverage(live, 0, 1, 1, true, Infinity);
    expect(live[1]).toSatisfy(Number.isFinite);
  });
});

describe('standing', () => {
  const stands = (
    before: number,
    coverage: number,
    { targets = 1000, width = 1, horizon = 1 } = {},
  ): number => standing(before, Float32Array.of(coverage, width), 0, targets, horizon, 0.9, 0.05);

  test('leaves by more than the tolerance, and is back within half of it', () => {
    expect([0.86, 0.84, 0.94, 0.96].map((coverage) => stands(WITHIN, coverage))).toEqual([
      WITHIN,
      TOO_LOW,
      WITHIN,
      TOO_HIGH,
    ]);
    expect([0.84, 0.86, 0.87, 0.88, 0.93, 0.96].map((coverage) => stands(TOO_LOW, coverage))).toEqual([
      TOO_LOW,
      TOO_LOW,
      TOO_LOW,
      WITHIN,
      TOO_LOW,
      TOO_HIGH,
    ]);
  });

  test('is told of as many targets as the window has', () => {
    expect(stands(WITHIN, 0.1, { targets: 999 })).toBe(WITHIN);
    expect(stands(WITHIN, 0.1)).toBe(TOO_LOW);
    expect(stands(WITHIN, 0.1, { targets: 2399, horizon: 48 })).toBe(WITHIN);
    expect(stands(WITHIN, 0.1, { targets: 2400, horizon: 48 })).toBe(TOO_LOW);
  });

  test('a band without width cannot hold too much', () => {
    expect(stands(WITHIN, 1, { width: 0 })).toBe(WITHIN);
    expect(stands(WITHIN, 0.5, { width: 0 })).toBe(TOO_LOW);
  });

  test('what has changed', () => {
    expect([TOO_LOW, TOO_HIGH, WITHIN].map(turnTo)).toEqual([LOWERED, RAISED, RETURNED]);
  });
});

/** How often the coverage of a stream of errors, h steps ahead, is told to have left its tolerance; by the bands as they are. */
function told(errors: readonly number[], h: number, tolerance = 0.03): number {
  const levels = [0.9];
  const plan = { levels, main: 0, rate: 0.03, start: levels.map(startOf) };
  const [sizes, reach, live] = [new Float64Array(BAND), new Float32Array(2), new Float32Array(LIVE)];
  const issued = Array.from({ length: h }, () => [NaN, NaN] as [number, number]);
  let [targets, at, count] = [0, WITHIN, 0];
  errors.forEach((error, k) => {
    const [above, below] = issued[k % h]!;
    trackBand(sizes, 0, reach, 0, error, above, below, plan);
    if (!Number.isNaN(above)) {
      trackCoverage(live, 0, ++targets, h, error <= above && -error <= below, above + below);
      const now = standing(at, live, 0, targets, h, 0.9, tolerance);
      if (now !== at && now !== WITHIN) count++;
      at = now;
    }
    const scale = bandScale(sizes, 0);
    issued[k % h] = [reach[0]! * scale, reach[1]! * scale];
  });
  return count;
}

describe('events', () => {
  const normal = gaussian(3);
  const correlated = (length: number, rho: number): number[] => {
    let error = 0;
    return Array.from({ length }, () => (error = rho * error + normal()));
  };
  /** Those of the last value of a random walk: sums of h steps. */
  const walked = (length: number, h: number): number[] => {
    const steps = Array.from({ length: length + h }, normal);
    return Array.from({ length }, (_, i) => steps.slice(i, i + h).reduce((sum, step) => sum + step, 0));
  };

  // Seen to fail with a window of 1,000 at 48 steps, and without hysteresis.
  test.each([
    ['AR(0.9), h = 1', correlated(100_000, 0.9), 1, 1],
    ['AR(0.9), h = 12', correlated(100_000, 0.9), 12, 2],
    ['of a random walk, h = 12', walked(100_000, 12), 12, 1],
    ['of a random walk, h = 48', walked(100_000, 48), 48, 4],
  ])('are rare where errors are correlated and do not change: %s', (_, errors, h, most) => {
    expect(told(errors, h)).toBeLessThanOrEqual(most);
    expect(told(errors, h, 0.05)).toBeLessThanOrEqual(1);
  });

  test('come where errors grow tenfold', () => {
    const grown = (h: number): number[] => walked(4000, h).map((error, i) => (i < 2000 ? error : 10 * error));
    const found = Array.from({ length: 20 }, () => told(grown(12), 12)).filter((count) => count > 0);
    expect(found.length).toBeGreaterThan(15);
  });
});
