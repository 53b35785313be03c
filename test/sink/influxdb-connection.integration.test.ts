import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { expect, test, vi } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { InfluxSink } from '../../src/sink/influxdb.ts';
import { InfluxSettings } from '../../src/sink/influxdb-settings.ts';
import type { Points } from '../../src/sink/points.ts';
import { certificate } from '../services/secure-kafka.ts';
import { orSkip, startInfluxDB } from '../services/native-influxdb.ts';
import { countAndSum } from './influxdb-bucket.ts';

const TOKEN = 'FORETIDE_TEST_TLS_TOKEN';
const never = new AbortController().signal;

const points: Points = {
  measurement: 'reading',
  length: 2,
  series: ['tls', 'tls'],
  time: Float64Array.of(1_700_000_000_000, 1_700_000_060_000),
  tags: {},
  fields: { value: Float64Array.of(1.5, 2.25) },
  offset: Float64Array.of(0, 1),
};

test('an InfluxDB with TLS: its authority by a file; untrusted or without TLS it is refused with what to do', async ({
  skip,
}) => {
  const dir = await mkdtemp(join(tmpdir(), 'foretide-influx-tls-'));
  const known = getCACertificates('default');
  const ca = certificate('ca.pem');
  // for the set-up of the server, and to read back
  setDefaultCACertificates([...known, readFileSync(ca, 'utf8')]);
  const server = await orSkip(startInfluxDB({ dir, tls: certificate('server.pem') }), skip);
  vi.stubEnv(TOKEN, server.token);
  const { url, org, bucket } = server;
  const sink = (more: object): InfluxSink =>
    new InfluxSink(InfluxSettings.parse({ url, org, bucket, token: { env: TOKEN }, ...more }), silentLog);
  try {
    setDefaultCACertificates(known);
    expect(url).toMatch(/^https:/);
    const trusting = sink({ ca });
    expect((await trusting.check())[0]).toMatch(/^InfluxDB v?2\.\S+ answers at https:/);
    expect(await trusting.write([points], never)).toEqual([]);
    await trusting.close();

    for (const [more, said] of [
      [{}, 'unable to verify'],
      [{ ca: certificate('other-ca.pem') }, 'unable to verify'],
    ] as const) {
      const distrusting = sink(more);
      const error = {
        code: 'INFLUX_UNREACHABLE',
        canRetry: false,
        facts: {
          what: 'The certificate of InfluxDB is not trusted',
          got: expect.stringContaining(said),
          todo: expect.stringContaining('`ca`'),
        },
      };
      await expect(distrusting.check()).rejects.toMatchObject(error);
      await expect(distrusting.write([points], never)).rejects.toMatchObject(error);
      await distrusting.close();
    }

    // else each point would become a dead letter: the server says 400
    const bare = sink({ url: url.replace('https', 'http') });
    await expect(bare.check()).rejects.toMatchObject({ code: 'INFLUX_REJECTED' });
    await expect(bare.write([points], never)).rejects.toMatchObject({
      code: 'INFLUX_REJECTED',
      facts: { got: expect.stringContaining('HTTPS'), todo: expect.stringContaining('https') },
    });
    await bare.close();
    await expect(sink({ ca: '/nowhere/ca.pem' }).write([points], never)).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });

    setDefaultCACertificates([...known, readFileSync(ca, 'utf8')]);
    expect(await countAndSum(server, 'tls')).toEqual([2, 3.75]);
  } finally {
    setDefaultCACertificates(known);
    vi.unstubAllEnvs();
    await server.kill();
    await rm(dir, { recursive: true, force: true });
  }
});
