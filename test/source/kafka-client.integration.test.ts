import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, test, vi } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { run } from '../../src/run/run.ts';
import { KafkaSettings } from '../../src/source/kafka.ts';
import { checkKafka } from '../../src/source/kafka-check.ts';
import {
  certificate,
  hasKafka,
  kafkaUser,
  type SecureKafka,
  startSecureKafka,
} from '../services/secure-kafka.ts';
import { readTopic } from '../store/kafka-outputs.ts';
import { KafkaTopics } from './kafka-topics.ts';

const ROWS = 600;
const ca = certificate('ca.pem');
const sasl = (mechanism: string, password = 'FORETIDE_TEST_PASSWORD') => ({
  mechanism,
  username: { env: 'FORETIDE_TEST_USER' },
  password: { env: password },
});
const mutual = { ca, cert: certificate('client.pem'), key: { file: certificate('client-key.pem') } };

vi.stubEnv('FORETIDE_TEST_USER', kafkaUser.name);
vi.stubEnv('FORETIDE_TEST_PASSWORD', kafkaUser.password);
vi.stubEnv('FORETIDE_TEST_WRONG', 'another-password');

describe.skipIf(!(await hasKafka()) && !process.env['CI'])('a Kafka with TLS and SASL', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'foretide-secure-kafka-'));
  const kafka: SecureKafka = await startSecureKafka({ dir });
  const topics = new KafkaTopics([kafka.plain]);
  const topic = await topics.make(2);
  await topics.fill(
    topic,
    [0, 1].map((partition) =>
      Array.from({ length: ROWS }, (_, i) =>
        JSON.stringify({
          sensor: `s${partition}`,
          time: 1_700_000_000_000 + i * 60_000,
          value: 20 + Math.sin(i / 9) + ((i * 7919) % 13) / 10,
        }),
      ),
    ),
  );
  const ways = [
    ...['plain', 'scram-sha-256', 'scram-sha-512'].map((how) => ({
      brokers: [kafka.sasl],
      tls: { ca },
      sasl: sasl(how),
    })),
    { brokers: [kafka.mutual], tls: mutual },
  ];

  afterAll(async () => {
    vi.unstubAllEnvs();
    await kafka.kill();
    await rm(dir, { recursive: true, force: true });
  });

  const settingsOf = (way: object, group: string) =>
    loadSettings(liveForecast.settings, {
      defaults: {
        input: { kind: 'kafka', ...way, topic, group, sessionTimeout: '6s' },
        model: { hidden: 3, horizon: 2 },
        forecast: { store: [1] },
        commit: { every: '50ms', readings: 100 },
        page: { enabled: false },
      },
    });

  /** Runs until so many readings are committed, now or earlier. */
  async function runUntil(settings: ReturnType<typeof settingsOf>, readings: number): Promise<void> {
    const running = await run({ pipeline: liveForecast, settings });
    const committed = (): number => running.status().readings + running.status().earlierReadings;
    while (running.status().state === 'running' && committed() < readings)
      await Promise.race([wait(20), running.finished]);
    await running.stop();
    await running.finished;
  }

  /** What a run gives that is stopped in the middle and started again: state and outputs go through Kafka, in its transactions. */
  async function forecasts(way: object): Promise<readonly string[]> {
    const group = topics.name();
    const settings = settingsOf(way, group);
    await runUntil(settings, ROWS);
    await runUntil(settings, 2 * ROWS);
    const kept = await readTopic(topics, `${group}-live-forecast-forecast`);
    return kept.map(({ key, value }) => `${key} ${value}`).toSorted();
  }

  test('each way in: check tells of the broker, and the whole pipeline gives what it gives without, each forecast once', async () => {
    const expected = await forecasts({ brokers: [kafka.plain] });
    expect(expected.length).toBeGreaterThan(ROWS);
    expect(new Set(expected).size).toBe(expected.length);
    for (const way of ways) {
      const found = await checkKafka(KafkaSettings.parse({ ...way, topic, group: 'g' }));
      expect(found[0]).toBe(`kafka: 1 broker, at ${way.brokers[0]}`);
      expect(await forecasts(way)).toEqual(expected);
    }
  }, 120_000);

  const refusals: readonly (readonly [string, object, string, string])[] = [
    ...['plain', 'scram-sha-256', 'scram-sha-512'].map(
      (how) =>
        [
          `a wrong password, ${how}`,
          { brokers: [kafka.sasl], tls: { ca }, sasl: sasl(how, 'FORETIDE_TEST_WRONG') },
          'Kafka turns us away: SASL',
          'sasl.password',
        ] as const,
    ),
    [
      'an unknown user',
      {
        brokers: [kafka.sasl],
        tls: { ca },
        sasl: { ...sasl('scram-sha-512'), username: { env: 'FORETIDE_TEST_WRONG' } },
      },
      'Kafka turns us away: SASL',
      'sasl.username',
    ],
    [
      'a certificate of an authority that nobody knows',
      { brokers: [kafka.sasl], tls: true, sasl: sasl('plain') },
      'cannot be trusted',
      'as `tls.ca`',
    ],
    [
      'one of another authority',
      { brokers: [kafka.sasl], tls: { ca: certificate('other-ca.pem') }, sasl: sasl('plain') },
      'cannot be trusted',
      'as `tls.ca`',
    ],
    [
      'one of another name',
      { brokers: [kafka.sasl], tls: { ca, servername: 'other.test' }, sasl: sasl('plain') },
      'cannot be trusted',
      '`tls.servername`',
    ],
    [
      'no TLS at a port of TLS',
      { brokers: [kafka.sasl], sasl: sasl('plain') },
      'Kafka does not answer',
      '`tls: true`',
    ],
    [
      'TLS at a port without',
      { brokers: [kafka.plain], tls: { ca } },
      'Kafka does not answer',
      'leave out `tls`',
    ],
    ['no user', { brokers: [kafka.sasl], tls: { ca } }, 'Kafka does not answer', '`sasl`'],
    [
      'no certificate of ours',
      { brokers: [kafka.mutual], tls: { ca } },
      'Kafka does not answer',
      '`tls.key`',
    ],
  ];

  test.each(refusals)('%s is an error that says what to do, in seconds', async (_, way, what, todo) => {
    const began = performance.now();
    const error: unknown = await checkKafka(KafkaSettings.parse({ ...way, topic, group: 'g' })).catch(
      (cause: unknown) => cause,
    );
    expect(performance.now() - began).toBeLessThan(5000);
    expect(error).toMatchObject({
      code: 'KAFKA_UNREACHABLE',
      facts: { what: expect.stringContaining(what) },
    });
    expect(error).toMatchObject({ facts: { todo: expect.stringContaining(todo) } });
    expect(String(error)).not.toContain('another-password');
  });

  test.each(refusals.slice(3, 6))('… and it ends a run: %s', async (_, way, what) => {
    const settings = settingsOf(way, topics.name());
    const running = run({ pipeline: liveForecast, settings }).then(({ finished }) => finished);
    await expect(running).rejects.toMatchObject({
      code: 'KAFKA_UNREACHABLE',
      facts: { what: expect.stringContaining(what) },
    });
  });
});
