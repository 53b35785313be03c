import { expect, test } from 'vitest';
import { register } from 'prom-client';
import type { RunFigures } from '../../src/metrics/run-figures.ts';
import { RunMetrics } from '../../src/metrics/run-metrics.ts';
import { describeWithPromtool } from '../services/describe-with.ts';
import { promtool } from '../services/promtool.ts';
import { figuresOf, samples } from './figures.ts';

test('tells what is, when it is asked: once for all metrics together', async () => {
  let asked = 0;
  let figures = figuresOf();
  const metrics = new RunMetrics(() => {
    asked++;
    return figures;
  });
  asked = 0;
  expect(samples(await metrics.text())).toMatchObject({
    foretide_readings_total: 1200,
    'foretide_dead_letters_total{reason="late"}': 3,
    'foretide_lag_records{partition="0"}': 12,
    foretide_ready: 1,
  });
  expect(asked).toBe(1);
  figures = figuresOf({ readings: 1300, deadLetters: { late: 4 }, partitions: [], isReady: false });
  const later = samples(await metrics.text());
  expect(later).toMatchObject({
    foretide_readings_total: 1300,
    'foretide_dead_letters_total{reason="late"}': 4,
    'foretide_dead_letters_total{reason="malformed"}': 0,
    foretide_ready: 0,
  });
  // a partition that has gone has no lag any more
  expect(Object.keys(later).filter((name) => name.startsWith('foretide_lag_records'))).toEqual([]);
});

test('what is not known has no sample, not a zero', async () => {
  const text = await new RunMetrics(() => figuresOf({ sink: null, level: null })).text();
  const told = Object.keys(samples(text));
  for (const name of ['sink_retries_total', 'progress_ratio', 'forecast_coverage_target_ratio']) {
    expect(text).toContain(`# TYPE foretide_${name} `);
    expect(told).not.toContain(`foretide_${name}`);
  }
});

test('how long work took is told by buckets; work that has failed is in none', async () => {
  const metrics = new RunMetrics(() => figuresOf());
  for (const seconds of [0.004, 0.02, 3]) metrics.worked({ work: 'commit', seconds, isFailed: false });
  metrics.worked({ work: 'commit', seconds: 0.001, isFailed: true });
  metrics.worked({ work: 'restore', seconds: 40, isFailed: false });
  expect(samples(await metrics.text())).toMatchObject({
    'foretide_commit_seconds_bucket{le="0.0025"}': 0,
    'foretide_commit_seconds_bucket{le="0.005"}': 1,
    'foretide_commit_seconds_bucket{le="2.5"}': 2,
    foretide_commit_seconds_count: 3,
    foretide_commit_seconds_sum: 3.024,
    foretide_sink_write_seconds_count: 0,
    'foretide_restore_seconds_bucket{le="30"}': 0,
    'foretide_restore_seconds_bucket{le="60"}': 1,
  });
});

test('runs of one process have registries of their own, and share what is of the process', async () => {
  const [one, other] = [1, 2].map((readings) => new RunMetrics(() => figuresOf({ readings })));
  one!.worked({ work: 'commit', seconds: 1, isFailed: false });
  const told = samples(await other!.text());
  expect(told).toMatchObject({ foretide_readings_total: 2, foretide_commit_seconds_count: 0 });
  expect(told['process_resident_memory_bytes']).toBeGreaterThan(1_000_000);
  expect(told['nodejs_eventloop_lag_p99_seconds']).toBeGreaterThanOrEqual(0);
  expect(register.getMetricsAsArray()).toEqual([]);
});

describeWithPromtool('promtool', (tool) => {
  test.each<[string, Partial<RunFigures>]>([
    ['of a run in which everything has happened', {}],
    [
      'of a run that has just begun',
      { partitions: [], scores: [], routes: [], alerts: null, sink: null, points: {} },
    ],
    ['with names that need escaping', { pipeline: 'a "b" \\ c\nd' }],
  ])('finds nothing wrong in the metrics %s', async (_, more) => {
    const text = await new RunMetrics(() => figuresOf(more)).text();
    expect(await promtool(tool, ['check', 'metrics'], text)).toEqual({ code: 0, said: '' });
  });

  test('and would', async () => {
    const text = await new RunMetrics(() => figuresOf()).text();
    const wrong = text.replaceAll('foretide_readings_total', 'foretide_readings');
    expect(await promtool(tool, ['check', 'metrics'], wrong)).toMatchObject({ code: 3 });
  });
});
