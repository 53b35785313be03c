import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { InfluxSettings } from '../../src/sink/influxdb-settings.ts';
import { InfluxSink } from '../../src/sink/influxdb.ts';
import type { Points } from '../../src/sink/points.ts';
import { checkSink } from '../checks/sink.ts';
import { describeWithInfluxDB } from '../services/describe-with.ts';
import type { InfluxService } from '../services/influxdb.ts';
import { orSkip, startInfluxDB } from '../services/native-influxdb.ts';
import { countAndSum, newBucket, raw, readBack, readOnlyToken } from './influxdb-bucket.ts';
import { pointsOf } from './points.ts';

const T = 1_700_000_000_000;
const never = new AbortController().signal;
const TOKEN = 'FORETIDE_TEST_INFLUX_TOKEN';

afterAll(() => vi.unstubAllEnvs());

describeWithInfluxDB('InfluxSink on a real InfluxDB', (service) => {
  let bucket: string;
  beforeAll(async () => {
    vi.stubEnv(TOKEN, service.token);
    bucket = await newBucket(service);
  });

  checkSink(
    'InfluxSink',
    () => sinkTo({ ...service, bucket }),
    (series) => readBack({ ...service, bucket }, series),
  );

  test('50,000 points: exactly those', async () => {
    const series = randomUUID();
    const sink = sinkTo({ ...service, bucket }, { batchLines: 7000 });
    const points = Array.from({ length: 5 }, (_, k) => counting(series, k * 10_000, 10_000));
    expect(await sink.write(points, never)).toEqual([]);
    await sink.close();
    expect(await countAndSum({ ...service, bucket }, series)).toEqual([50_000, (49_999 * 50_000) / 2]);
  });

  test('events of one reading stay apart, and are written again without a trace', async () => {
    const series = randomUUID();
    const event = (kind: string, h: string, width: number): Points =>
      pointsOf(['value', 'expected', 'width'], [[series, T, 1, 2, width]], {
        measurement: 'event',
        tags: { model: 'm', kind, h },
      });
    const points = [
      event('drift-up', '01', NaN),
      event('relearn', '01', NaN),
      event('coverage-low', '01', 4),
      event('coverage-low', '06', 5.5),
    ];
    const sink = sinkTo({ ...service, bucket });
    for (let again = 0; again < 2; again++) expect(await sink.write(points, never)).toEqual([]);
    await sink.close();
    const stored = await readBack({ ...service, bucket }, [series]);
    const told = stored.map(({ tags, fields }) => `${tags['kind']} ${tags['h']} ${fields['width']}`);
    expect(told.toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'coverage-low 01 4',
      'coverage-low 06 5.5',
      'drift-up 01 undefined',
      'relearn 01 undefined',
    ]);
  });

  test('a partial write: the lines of a conflicting type come back, all others are stored', async () => {
    const series = randomUUID();
    // from now on, `other` is text in this shard
    await raw({ ...service, bucket }, `reading,series=x${series} other="text" ${T}000`);
    const bad = [0, 17, 1234, 1999];
    const rows = Array.from(
      { length: 2000 },
      (_, i) => [series, T + i, i, bad.includes(i) ? 1 : NaN] as const,
    );
    const sink = sinkTo({ ...service, bucket });
    const dead = await sink.write([pointsOf(['value', 'other'], rows, { from: 5000 })], never);
    await sink.close();
    expect(dead.map(({ offset }) => offset)).toEqual(bad.map((row) => 5000 + row));
    expect(dead[1]).toMatchObject({
      reason: 'rejected',
      series,
      detail: expect.stringMatching(/^InfluxDB: 422 .*field type conflict/) as unknown,
      bytes: Buffer.from(`reading,series=${series} value=17,other=1 ${T + 17}000`),
    });
    const expected = rows.reduce((sum, [, , value], i) => (bad.includes(i) ? sum : sum + value), 0);
    expect(await countAndSum({ ...service, bucket }, series)).toEqual([2000 - bad.length, expected]);
  });

  test('a malformed line: 400 refuses the batch, the rest is sent again', async () => {
    const series = randomUUID();
    const rows = Array.from({ length: 1000 }, (_, i) => [series, T + i, i === 500 ? -Infinity : 1] as const);
    const sink = sinkTo({ ...service, bucket });
    expect(await sink.write([pointsOf(['value'], rows)], never)).toMatchObject([
      { offset: 500, reason: 'rejected', detail: expect.stringContaining('400') as unknown },
    ]);
    await sink.close();
    expect(await countAndSum({ ...service, bucket }, series)).toEqual([999, 999]);
  });

  test('points older than the bucket keeps them come back', async () => {
    const short = await newBucket(service, 3600);
    const series = randomUUID();
    const now = Date.now();
    const sink = sinkTo({ ...service, bucket: short });
    const rows = [
      ...Array.from({ length: 300 }, (_, i) => [series, T + i, i] as const),
      [series, now, 1] as const,
    ];
    const dead = await sink.write([pointsOf(['value'], rows)], never);
    await sink.close();
    expect(dead.map(({ offset }) => offset)).toEqual(Array.from({ length: 300 }, (_, i) => i));
    expect(dead[0]?.detail).toMatch(/422 .*[Rr]etention/);
    expect(await countAndSum({ ...service, bucket: short }, series)).toEqual([1, 1]);
  });

  test('the earliest and the latest time', async () => {
    const series = randomUUID();
    const sink = sinkTo({ ...service, bucket });
    const rows = [-9_223_372_036_854, 9_223_372_036_854].map((time) => [series, time, 1] as const);
    expect(await sink.write([pointsOf(['value'], rows)], never)).toEqual([]);
    await sink.close();
  });

  describe('what it says of', () => {
    test.each<[string, Partial<InfluxService>, string]>([
      ['a token that nobody knows', { token: 'no-such-token' }, 'INFLUX_UNAUTHORIZED'],
      ['a bucket that is not there', { bucket: 'no-such-bucket' }, 'INFLUX_NOT_FOUND'],
      ['an organisation that is not there', { org: 'no-such-org' }, 'INFLUX_NOT_FOUND'],
    ])('%s', async (_, wrong, code) => {
      vi.stubEnv(TOKEN, wrong.token ?? service.token);
      const sink = sinkTo({ ...service, bucket, ...wrong });
      await expect(sink.check()).rejects.toMatchObject({ code });
      await expect(sink.write([counting('s', 0, 1)], never)).rejects.toMatchObject({ code });
      await sink.close();
      vi.stubEnv(TOKEN, service.token);
    });

    test('a token that may only read', async () => {
      vi.stubEnv(TOKEN, await readOnlyToken({ ...service, bucket }));
      await expect(sinkTo({ ...service, bucket }).check()).rejects.toMatchObject({
        code: 'INFLUX_NOT_FOUND',
      });
      vi.stubEnv(TOKEN, service.token);
    });
  });

  test('kill -9 of the server in the middle of writing, and a restart: nothing lost, nothing doubled', async ({
    skip,
  }) => {
    const dir = await mkdtemp(join(tmpdir(), 'foretide-kill-'));
    try {
      const start = () => startInfluxDB({ dir });
      const first = await orSkip(start(), skip);
      vi.stubEnv(TOKEN, first.token);
      const messages: string[] = [];
      const sink = sinkTo(first, { batchLines: 500, retry: { first: '20ms', longest: '200ms' } }, messages);
      const series = randomUUID();
      let frames = 0;
      const writing = (async () => {
        for (let k = 0; k < 60; k++) {
          expect(await sink.write([counting(series, k * 1000, 1000)], never)).toEqual([]);
          frames++;
        }
      })();
      await vi.waitUntil(() => frames >= 15, { timeout: 20_000, interval: 1 });
      await first.kill();
      const atKill = frames;
      const second = await start();
      await writing;
      await sink.close();
      expect(atKill).toBeLessThan(60);
      expect(messages).toEqual(['InfluxDB is away; points wait until it is back', 'InfluxDB is back']);
      expect(await countAndSum(second, series)).toEqual([60_000, (59_999 * 60_000) / 2]);
      await second.stop();
    } finally {
      vi.stubEnv(TOKEN, service.token);
      await rm(dir, { recursive: true, force: true });
    }
  });
});

function sinkTo({ url, org, bucket }: InfluxService, more: object = {}, messages: string[] = []): InfluxSink {
  const log = (_: unknown, message: string): void => void messages.push(message);
  return new InfluxSink(InfluxSettings.parse({ url, org, bucket, token: { env: TOKEN }, ...more }), {
    info: log,
    warn: log,
  });
}

/** n readings a second apart, whose values count up as their times do. */
function counting(series: string, from: number, n: number): Points {
  const rows = Array.from({ length: n }, (_, i) => [series, T + (from + i) * 1000, from + i] as const);
  return pointsOf(['value'], rows, { from });
}
