import { randomUUID } from 'node:crypto';
import { afterAll, expect, test, vi } from 'vitest';
import { findBucket, makeBucket } from '../../src/sink/influxdb-bucket.ts';
import { InfluxConnection } from '../../src/sink/influxdb-connection.ts';
import { InfluxSettings } from '../../src/sink/influxdb-settings.ts';
import { describeWithInfluxDB } from '../services/describe-with.ts';
import { readOnlyToken } from './influxdb-bucket.ts';

const TOKEN = 'FORETIDE_TEST_BUCKET_TOKEN';
const DAY = 86_400_000;

afterAll(() => vi.unstubAllEnvs());

describeWithInfluxDB('a bucket of a real InfluxDB', (service) => {
  const { url, org } = service;
  const access = (bucket: string, token = service.token, organisation = org) => {
    vi.stubEnv(TOKEN, token);
    const settings = InfluxSettings.parse({ url, org: organisation, bucket, token: { env: TOKEN } });
    return [new InfluxConnection(settings), settings] as const;
  };

  test('is not there, is made with its shard groups, and is found by name and by id; not made twice', async () => {
    const name = `made-${randomUUID()}`;
    expect(await findBucket(...access(name))).toBeUndefined();
    const made = await makeBucket(...access(name), { shardGroup: 28 * DAY, orgId: undefined });
    expect(made).toMatchObject({ name, shardGroup: 28 * DAY });
    expect(await findBucket(...access(name))).toEqual(made);
    if (made === 'hidden') throw new Error('it was made just now');
    expect(await findBucket(...access(made.id))).toEqual(made);
    expect(await findBucket(...access(name, service.token, made.orgId))).toEqual(made);
    expect(await makeBucket(...access(name), { shardGroup: DAY, orgId: made.orgId })).toBe('hidden');
  });

  test('a token that may not make one is told what to do', async () => {
    const token = await readOnlyToken(service);
    const name = `absent-${randomUUID()}`;
    const own = await findBucket(...access(service.bucket, token));
    expect(own).toMatchObject({ name: service.bucket });
    const orgId = typeof own === 'object' ? own.orgId : undefined;
    for (const known of [orgId, undefined])
      await expect(
        makeBucket(...access(name, token), { shardGroup: 28 * DAY, orgId: known }),
      ).rejects.toThrow(
        `influx bucket create --org ${org} --name ${name} --retention 0 --shard-group-duration 672h`,
      );
  });

  test('one that the token may not read is hidden', async () => {
    const name = `other-${randomUUID()}`;
    await makeBucket(...access(name), { shardGroup: DAY, orgId: undefined });
    expect(await findBucket(...access(name, await readOnlyToken(service)))).toBe('hidden');
  });

  test('a wrong token and a wrong organisation are told', async () => {
    await expect(findBucket(...access('b', 'nobody'))).rejects.toMatchObject({ code: 'INFLUX_UNAUTHORIZED' });
    await expect(findBucket(...access('b', service.token, 'none'))).rejects.toMatchObject({
      code: 'INFLUX_NOT_FOUND',
    });
  });
});
