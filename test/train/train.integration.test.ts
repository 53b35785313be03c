import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { train, type Trained } from '../../src/train/train.ts';
import { describeWithInfluxDB, describeWithKafka } from '../services/describe-with.ts';
import { newBucket, raw } from '../sink/influxdb-bucket.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';
import { quickSettings } from './settings.ts';
import { csvOf, waves } from './signal.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-train-'));
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const OBSERVATIONS = waves(3, 200);
const DATA = join(folder, 'waves.csv');
writeFileSync(DATA, csvOf(OBSERVATIONS));

async function trained(...set: string[]): Promise<Trained> {
  const out = join(folder, randomUUID());
  const settings = quickSettings(DATA, 'train.epochs=2', ...set);
  const stop = AbortSignal.timeout(60_000);
  return (await train({ settings, out, checkpoint: `${out}.checkpoint`, stop })) as Trained;
}

describeWithKafka('trained on a range of a topic', ({ brokers }) => {
  test('the model is that of the same readings in a file, whichever partition came first', async () => {
    const kafka = new KafkaTopics(brokers);
    const topic = await kafka.make(3);
    const partitions = [0, 1, 2].map((p) =>
      OBSERVATIONS.filter(({ series }) => series === `s${2 - p}`).map(({ series, ...rest }) =>
        JSON.stringify({ sensor: series, ...rest }),
      ),
    );
    // what stands behind the range is not read
    await kafka.fill(topic, [...partitions.slice(0, 2), [...partitions[2]!, 'no reading']]);
    const input = {
      kind: 'kafka',
      brokers,
      topic,
      group: kafka.name(),
      to: { 0: 200, 1: 200, 2: 200 },
      decode: { format: 'json', values: ['value'] },
    };
    const fromTopic = await trained(`input=${JSON.stringify(input)}`);
    expect(fromTopic).toMatchObject({ readings: 600, series: 3, setAside: 0 });
    expect(fromTopic.fingerprint).toBe((await trained()).fingerprint);
  });
});

describeWithInfluxDB('trained on a range of a bucket', (service) => {
  test('the model is that of the same readings in a file', async () => {
    vi.stubEnv('FORETIDE_TEST_INFLUX_TOKEN', service.token);
    const bucket = await newBucket(service);
    const lines = OBSERVATIONS.map(
      ({ series, time, value }) => `reading,series=${series} value=${value} ${time}000`,
    );
    await raw({ ...service, bucket }, lines.join('\n'));
    const input = {
      kind: 'influxdb',
      url: service.url,
      org: service.org,
      bucket,
      token: { env: 'FORETIDE_TEST_INFLUX_TOKEN' },
      from: '2026-01-01',
    };
    const fromBucket = await trained(`input=${JSON.stringify(input)}`);
    expect(fromBucket).toMatchObject({ readings: 600, series: 3, setAside: 0 });
    expect(fromBucket.fingerprint).toBe((await trained()).fingerprint);
  });
});
