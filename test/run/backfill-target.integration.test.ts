import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { InputSettings } from '../../src/config/run-settings.ts';
import { silentLog } from '../../src/log.ts';
import { type BackfillTargetParts, prepareBackfillTarget } from '../../src/run/backfill-target.ts';
import { findBucket, makeBucket } from '../../src/sink/influxdb-bucket.ts';
import { InfluxConnection } from '../../src/sink/influxdb-connection.ts';
import { InfluxSettings } from '../../src/sink/influxdb-settings.ts';
import { describeWithInfluxDB } from '../services/describe-with.ts';
import { newBucket } from '../sink/influxdb-bucket.ts';

const TOKEN = 'FORETIDE_TEST_TARGET_TOKEN';
const HOUR = 3_600_000;
const YEAR = 365 * 24 * HOUR;

afterAll(() => vi.unstubAllEnvs());

describeWithInfluxDB('the bucket of a backfill', (service) => {
  beforeAll(() => void vi.stubEnv(TOKEN, service.token));
  const { url, org } = service;
  const settings = (bucket: string) => InfluxSettings.parse({ url, org, bucket, token: { env: TOKEN } });
  const prepared = (bucket: string, more: Partial<BackfillTargetParts> = {}) =>
    prepareBackfillTarget({
      live: settings(service.bucket),
      target: settings(bucket),
      input: InputSettings.parse({ kind: 'file', paths: ['a.ndjson'] }),
      range: YEAR,
      isResumed: false,
      log: silentLog,
      ...more,
    });
  const name = (): string => `target-${randomUUID()}`;

  test('that is not there is made for the range; where that is not known, for years', async () => {
    const [decade, unknown] = [name(), name()];
    expect(await prepared(decade, { range: 10 * YEAR })).toEqual([
      `Bucket ${decade} is new: it keeps points for ever, in shard groups of 91 d, about 42 for this range`,
    ]);
    expect(await prepared(unknown, { range: undefined })).toEqual([
      `Bucket ${unknown} is new: it keeps points for ever, in shard groups of 28 d`,
    ]);
    const connection = new InfluxConnection(settings(decade));
    expect(await findBucket(connection, settings(decade))).toMatchObject({ shardGroup: 91 * 24 * HOUR });
    connection.close();
  });

  test('that is there is told with what the range costs in it', async () => {
    const [own, short] = [await newBucket(service), name()];
    expect(await prepared(own)).toEqual([`Bucket ${own} has shard groups of 7 d: about 54 for this range`]);
    const connection = new InfluxConnection(settings(short));
    await makeBucket(connection, settings(short), { shardGroup: 24 * HOUR, orgId: undefined });
    connection.close();
    const [told, warning] = await prepared(short);
    expect(told).toBe(`Bucket ${short} has shard groups of 1 d: about 366 for this range`);
    expect(warning).toMatch(/^Warning: .* shard groups of 7 d, about 54$/);
  });

  // Seen to fail where it is made again.
  test('that is gone when it goes on is not made again: what was written before is not in it', async () => {
    const gone = name();
    for (let again = 0; again < 2; again++)
      await expect(prepared(gone, { isResumed: true })).rejects.toThrow(/not there any more/);
  });

  test('may not be that of the input', async () => {
    const bucket = await newBucket(service);
    const input = InputSettings.parse({ kind: 'influxdb', url: `${url}/`, org, bucket, from: 0 });
    await expect(prepared(bucket, { input })).rejects.toThrow(/bucket that it reads/);
  });
});
