import { expect, test } from 'vitest';
import { Latencies } from './latencies.ts';

test('percentiles are those of what was added, to three digits', () => {
  const latencies = new Latencies();
  for (let ms = 1; ms <= 1000; ms++) latencies.add(ms);
  const { mean, p50, p99, p999 } = latencies.percentiles();
  expect(Math.abs(mean - 500.5)).toBeLessThan(1);
  expect(Math.abs(p50 - 500)).toBeLessThan(1);
  expect(Math.abs(p99 - 990)).toBeLessThan(1);
  expect(Math.abs(p999 - 999)).toBeLessThan(1);
});

test('what seems to lie before its beginning counts as none', () => {
  const latencies = new Latencies();
  latencies.add(-0.2);
  expect(latencies.percentiles().p50).toBe(0);
});
