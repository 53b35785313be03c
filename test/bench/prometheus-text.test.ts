import { Gauge, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { parseMetrics, sumOf } from './prometheus-text.ts';

test('what prom-client writes is read again, with labels of any text', async () => {
  const registry = new Registry();
  const gauge = new Gauge({
    name: 'held',
    help: 'a "help" 1',
    labelNames: ['of', 'by'],
    registers: [registry],
  });
  gauge.set({ of: 'a, "b" }', by: 'x' }, 1.5);
  gauge.set({ of: 'c', by: 'y' }, -2e-9);
  const samples = parseMetrics(await registry.metrics());
  expect(samples.map(({ name, value }) => [name, value])).toEqual([
    ['held', 1.5],
    ['held', -2e-9],
  ]);
  expect(samples[0]!.labels).toEqual({ of: String.raw`a, \"b\" }`, by: 'x' });
  expect(samples[1]!.labels).toEqual({ of: 'c', by: 'y' });
  expect(sumOf(samples, 'held')).toBeCloseTo(1.5, 6);
  expect(sumOf(samples, 'other')).toBeNull();
});
