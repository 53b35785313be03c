import { expect, test } from 'vitest';
import { geometricMean, metricsOf, metricsOverSeries } from '../../src/evaluate/metrics.ts';
import { addTarget, noSums, sumOf } from '../../src/evaluate/sums.ts';

const of = (errors: readonly number[], last: number) => {
  const sums = noSums();
  for (const e of errors)
    addTarget(sums, { y: 10, yhat: 10 - e, lo: NaN, hi: NaN, last: 10 - last, mean: 0, season: NaN });
  return sums;
};

test('of nothing nothing is known, and nothing is NaN', () => {
  const metrics = metricsOf(noSums(), null);
  expect(metrics).toMatchObject({ count: 0, mae: null, mse: null, mase: null, mape: null, coverage: null });
  expect(JSON.stringify(metrics)).toBe(
    JSON.stringify(metrics, (_, value: unknown) => (Number.isNaN(value) ? 'NaN' : value)),
  );
});

test('a scale of 0 gives no MASE, a baseline without error no ratio', () => {
  expect(metricsOf(of([1], 0), 0)).toMatchObject({ mase: null, baselines: { last: { ratio: null } } });
});

test('over series: errors pooled, ratios as the geometric and MASE as the arithmetic mean', () => {
  const parts = [of([1, 1, 1], 2), of([6], 3)];
  const each = [metricsOf(parts[0]!, 2), metricsOf(parts[1]!, 3)];
  const whole = metricsOverSeries(sumOf(parts.map((sums) => ({ sums, unit: 1 }))), each);
  expect(whole.mae).toBe(9 / 4);
  expect(whole.mse).toBe(39 / 4);
  expect(whole.mase).toBe((0.5 + 2) / 2);
  expect(whole.baselines.last.ratio).toBeCloseTo(1, 12); // of 1/2 and 2
  expect(whole.baselines.last.mae).toBe((6 + 3) / 4);
});

test('the geometric mean passes over what is not known or 0', () => {
  expect(geometricMean([2, 8, null, 0])).toBeCloseTo(4, 12);
  expect(geometricMean([null])).toBeNull();
});
