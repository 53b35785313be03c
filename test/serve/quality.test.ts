import { expect, test } from 'vitest';
import { qualityOf } from '../../src/serve/quality.ts';

const HOUR = 3_600_000;
const times = (n: number): number[] => Array.from({ length: n }, (_, i) => i * HOUR);

test('errors beside those of the last value, and the share that the band held', () => {
  const time = times(24);
  // rises by one each hour: two steps ahead the last value is off by 2, the forecast by 0.5; the band fails in the second half
  const value = time.map((_, i) => i);
  const yhat = value.map((v) => v + 0.5);
  const lo = value.map((v, i) => (i < 12 ? v - 1 : v + 0.1));
  const quality = qualityOf({ time, value }, { h: '02', time, yhat, lo, hi: value.map((v) => v + 2) }, HOUR);
  expect(quality).toEqual({
    h: '02',
    time: [5.75 * HOUR, 17.25 * HOUR],
    error: [0.5, 0.5],
    naive: [2, 2],
    coverage: [1, 0],
    targets: [12, 12],
  });
});

test('what has not come due, or did not come, does not count', () => {
  const readings = { time: [0, HOUR, 3 * HOUR], value: [1, 2, 4] };
  const forecasts = {
    h: '01',
    time: [HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR],
    yhat: [1, 9, 3, 9],
    lo: [],
    hi: [],
  };
  expect(qualityOf(readings, forecasts, HOUR)).toEqual({
    h: '01',
    time: [2 * HOUR],
    error: [1],
    naive: [1],
    coverage: [NaN],
    targets: [2],
  });
  expect(qualityOf({ time: [], value: [] }, forecasts, HOUR)).toBeNull();
});

test('at most sixty stretches, however much there is', () => {
  const time = times(5000);
  const value = time.map(() => 1);
  const quality = qualityOf({ time, value }, { h: '01', time, yhat: value, lo: value, hi: value }, null)!;
  expect(quality.time).toHaveLength(60);
  expect(quality.targets.reduce((sum, n) => sum + n, 0)).toBe(5000);
  expect(quality.naive.every(Number.isNaN)).toBe(true);
});
