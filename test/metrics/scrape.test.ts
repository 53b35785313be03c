import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { run, type Running } from '../../src/run/run.ts';
import { Listener } from '../route/listener.ts';
import { ODD_SETTINGS, oddCsv } from '../route/odd-readings.ts';
import { describeWithPromtool } from '../services/describe-with.ts';
import { promtool } from '../services/promtool.ts';
import { FakeInfluxDB } from '../sink/fake-influxdb.ts';
import { samples } from './figures.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-metrics-'));
afterAll(() => rmSync(folder, { recursive: true }));
const data = join(folder, 'odd.csv');
const ROWS = 700;
/** One row has no date. */
writeFileSync(data, oddCsv(ROWS).replace(/\n[^,]+,/, '\nnever,'));

const pipeline = anomalyAlerts as unknown as Pipeline;
let count = 0;
let listener: Listener;
let influx: FakeInfluxDB;
const begun: Running[] = [];
beforeEach(async () => {
  listener = await new Listener().start();
  influx = await new FakeInfluxDB().start();
  vi.stubEnv('FORETIDE_TEST_TOKEN', 't0ken');
});
afterEach(async () => {
  for (const running of begun.splice(0)) await running.stop();
  await listener.stop();
  await influx.stop();
  vi.unstubAllEnvs();
});

async function start(...more: string[]): Promise<Running> {
  const set = [
    `input={kind: file, paths: ["${data}"], pace: max, decode: {format: csv, seriesName: m, time: time, values: [value]}}`,
    `store.path=${join(folder, `${count++}.db`)}`,
    'page.enabled=false',
    ...ODD_SETTINGS,
    ...more,
  ];
  const settings = loadSettings(pipeline.settings, { defaults: pipeline.defaults, set });
  const running = await run({ pipeline, settings });
  begun.push(running);
  return running;
}

async function scrape({ metrics }: Running): Promise<string> {
  const response = await fetch(metrics!);
  expect(response.status).toBe(200);
  return response.text();
}

/** Everything that metrics can tell of a file. */
async function eventful(): Promise<Running> {
  const failures = [503, 503];
  influx.behave = () => {
    const status = failures.shift();
    return status === undefined ? 'store' : { status };
  };
  const replies = [500, 500, 200, 400];
  listener.reply = () => ({ status: replies.shift() ?? 200 });
  const hook = {
    kind: 'webhook',
    name: 'hook',
    url: listener.url,
    allowInsecure: true,
    allowPrivate: true,
    retry: { first: '5ms', longest: '10ms' },
  };
  const output = {
    kind: 'influxdb',
    url: influx.url,
    org: 'o',
    bucket: 'b',
    token: { env: 'FORETIDE_TEST_TOKEN' },
    retry: { first: '5ms', longest: '10ms' },
  };
  const running = await start(
    'metrics.port=0',
    `routes=${JSON.stringify([hook])}`,
    `output=${JSON.stringify(output)}`,
  );
  await running.finished;
  return running;
}

test('a run without a page serves what it has done at a port of its own', async () => {
  const running = await eventful();
  expect([running.address, running.metrics]).toEqual([
    null,
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/),
  ]);
  await vi.waitFor(
    async () =>
      expect(samples(await scrape(running))['foretide_route_deliveries_total{route="hook",result="told"}']).toBe(7), // prettier-ignore
    { timeout: 10_000 },
  );
  const told = samples(await scrape(running));
  const partition = '{partition="0"}';
  expect(told).toMatchObject({
    foretide_ready: 1,
    foretide_readings_total: ROWS - 1,
    'foretide_points_total{measurement="reading"}': ROWS - 1,
    'foretide_dead_letters_total{reason="invalid"}': 1,
    'foretide_dead_letters_total{reason="late"}': 0,
    foretide_partitions: 1,
    foretide_progress_ratio: 1,
    foretide_commit_failures_total: 0,
    foretide_sink_retries_total: 2,
    foretide_sink_away_seconds: 0,
    foretide_restore_seconds_count: 1,
    foretide_forecast_coverage_target_ratio: 0.9,
    foretide_state_limit_bytes: 1_073_741_824,
    [`foretide_committed_offset${partition}`]: ROWS,
    [`foretide_series${partition}`]: 1,
    [`foretide_uncommitted_seconds${partition}`]: 0,
    [`foretide_watermark_timestamp_seconds${partition}`]: Date.UTC(2026, 0, 1) / 1000 + (ROWS - 1) * 60,
    'foretide_route_deliveries_total{route="hook",result="refused"}': 1,
    'foretide_route_retries_total{route="hook"}': 2,
    'foretide_route_away_seconds{route="hook"}': 0,
    'foretide_route_pending_alerts{route="hook"}': 0,
  });
  const turns = (state: string): number =>
    ['warning', 'critical'].reduce(
      (sum, severity) => sum + told[`foretide_alert_turns_total{state="${state}",severity="${severity}"}`]!,
      0,
    );
  expect([turns('firing'), turns('resolved'), turns('pending')]).toEqual([4, 4, 0]);
  expect(told['foretide_commit_seconds_count']).toBeGreaterThan(0);
  expect(told['foretide_sink_write_seconds_count']).toBe(told['foretide_commit_seconds_count']);
  expect(told['foretide_forecast_error_ratio{horizon="01",naive="last"}']).toBeGreaterThan(0);
  expect(told[`foretide_state_bytes${partition}`]).toBeGreaterThan(1000);
  const age = Date.now() / 1000 - told[`foretide_last_commit_timestamp_seconds${partition}`]!;
  expect(age).toBeGreaterThanOrEqual(0);
  expect(age).toBeLessThan(30);
  const health = running.metrics!.replace('/metrics', '/health/ready');
  expect(await (await fetch(health)).json()).toMatchObject({ status: 'ready', readings: ROWS - 1 });
  await running.stop();
  await expect(fetch(running.metrics!)).rejects.toThrow('fetch failed');
});

test('without a port they are on the server of the page; with one, not there', async () => {
  const page = await start('page.enabled=true', 'page.port=0');
  expect(page.metrics).toBe(`${page.address}/metrics`);
  await page.finished;
  expect(samples(await scrape(page))['foretide_readings_total']).toBe(ROWS - 1);
  const both = await start('page.enabled=true', 'page.port=0', 'metrics.port=0');
  expect(new URL(both.metrics!).port).not.toBe(new URL(both.address!).port);
  expect((await fetch(`${both.address}/metrics`)).status).toBe(404);
});

test('there may be none', async () => {
  expect((await start()).metrics).toBeNull();
  const page = await start('page.enabled=true', 'page.port=0', 'metrics.enabled=false');
  expect(page.metrics).toBeNull();
  expect((await fetch(`${page.address}/metrics`)).status).toBe(404);
});

test('while a sink is away it is told for how long, and for how long readings have waited', async () => {
  influx.behave = () => ({ status: 503 });
  const output = {
    kind: 'influxdb',
    url: influx.url,
    org: 'o',
    bucket: 'b',
    token: { env: 'FORETIDE_TEST_TOKEN' },
    retry: { first: '5ms', longest: '10ms' },
  };
  const running = await start('metrics.port=0', `output=${JSON.stringify(output)}`, 'commit.readings=100');
  await vi.waitFor(
    async () => {
      const told = samples(await scrape(running));
      expect(told['foretide_sink_away_seconds']).toBeGreaterThan(0.3);
      expect(told['foretide_uncommitted_seconds{partition="0"}']).toBeGreaterThan(0.3);
      expect(told['foretide_sink_retries_total']).toBeGreaterThan(5);
      expect(told['foretide_readings_total']).toBe(0);
    },
    { timeout: 10_000 },
  );
  influx.behave = () => 'store';
  await running.finished;
  expect(samples(await scrape(running))).toMatchObject({
    foretide_sink_away_seconds: 0,
    'foretide_uncommitted_seconds{partition="0"}': 0,
    foretide_readings_total: ROWS - 1,
  });
});

test('a port that is taken is named by its setting', async () => {
  const first = await start('metrics.port=0');
  const { port } = new URL(first.metrics!);
  await expect(start(`metrics.port=${port}`)).rejects.toMatchObject({
    code: 'ADDRESS_IN_USE',
    facts: { where: 'metrics.port' },
  });
});

describeWithPromtool('promtool', (tool) => {
  test('finds nothing wrong in the metrics of a run', async () => {
    const text = await scrape(await eventful());
    expect(await promtool(tool, ['check', 'metrics'], text)).toEqual({ code: 0, said: '' });
  });
});
