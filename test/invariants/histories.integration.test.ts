import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { seededRandom } from '../../src/model/random.ts';
import { run } from '../../src/run/run.ts';
import type { PartitionDigest } from '../../src/digest/partition-digest.ts';
import { describeWithInfluxDB } from '../services/describe-with.ts';
import { newBucket, raw } from '../sink/influxdb-bucket.ts';

const TOKEN = 'FORETIDE_TEST_HISTORIES_TOKEN';
const START = Date.UTC(2026, 0, 1);

/** Readings of three series in the order in which they came: sometimes one is a little behind the others, there are gaps. */
function readings(): (readonly [series: string, time: number, value: number])[] {
  const random = seededRandom(11);
  const clocks = [START, START + 20_000, START + 40_000];
  return Array.from({ length: 1500 }, () => {
    const s = Math.floor(random() * clocks.length);
    clocks[s] = clocks[s]! + 60_000 * (random() < 0.03 ? 12 : 1);
    return [`s${s}`, clocks[s], Math.round((20 * s + random()) * 1000) / 1000] as const;
  });
}

const folder = mkdtempSync(join(tmpdir(), 'foretide-histories-'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});
let count = 0;

async function digestOf(input: object, path = join(folder, `${count++}.db`)): Promise<PartitionDigest> {
  const settings = loadSettings(liveForecast.settings, {
    defaults: {
      input,
      model: { hidden: 4, horizon: 6 },
      forecast: { store: [1, 6] },
      store: { path, retention: '3650d' },
      page: { enabled: false },
      digest: true,
    },
    set: [],
  });
  const running = await run({ pipeline: liveForecast, settings });
  const { digests } = await running.finished;
  await running.stop();
  return digests![0]!;
}

describeWithInfluxDB('one history, wherever it lies', (service) => {
  const all = readings();
  const decode = { format: 'csv', series: 'sensor', time: 'time', values: ['value'] };
  const csvOf = (name: string, some: readonly (readonly unknown[])[]): object => {
    const path = join(folder, name);
    writeFileSync(path, `sensor,time,value\n${some.map((one) => one.join()).join('\n')}\n`);
    return { kind: 'file', paths: [path], decode };
  };
  let live: PartitionDigest;
  let recorded: string;
  let bucket: string;
  beforeAll(async () => {
    // what cannot be used is in no archive: a reading that comes twice, one that comes late, one that is none
    const messy = all.flatMap((one, i) => [
      one,
      ...(i % 200 === 7 ? [one, [one[0], one[1] - 1e6, 1], ['s1', one[1], 'broken']] : []),
    ]);
    recorded = join(folder, 'live.db');
    live = await digestOf(csvOf('live.csv', messy), recorded);
    vi.stubEnv(TOKEN, service.token);
    bucket = await newBucket(service);
    const lines = all.map(([series, time, value]) => `reading,series=${series} value=${value} ${time}000`);
    await raw({ ...service, bucket }, lines.join('\n'));
  });

  const outputs = ({ outputs: n, sum }: PartitionDigest) => ({ n, sum });

  test('the readings that a run kept in SQLite give its outputs again', async () => {
    const replay = await digestOf({ kind: 'sqlite', path: recorded });
    expect(live.dead).toBe(24);
    expect(replay.dead).toBe(0);
    expect(live.outputs).toBeGreaterThan(3000);
    expect(outputs(replay)).toEqual(outputs(live));
  });

  test('InfluxDB and a CSV give the same outputs, and in the same order the same state', async () => {
    const { url, org } = service;
    const influx = await digestOf({
      kind: 'influxdb',
      url,
      org,
      bucket,
      token: { env: TOKEN },
      measurement: 'reading',
      from: START,
    });
    const csv = await digestOf(csvOf('all.csv', all));
    expect(outputs(influx)).toEqual(outputs(csv));
    expect(outputs(csv)).toEqual(outputs(live));
    const byTime = all.toSorted((a, b) => a[1] - b[1] || (a[0] < b[0] ? -1 : 1));
    const sorted = await digestOf(csvOf('sorted.csv', byTime));
    expect(influx).toEqual(sorted);
  });
});
