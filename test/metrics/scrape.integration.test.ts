import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { run, type Running } from '../../src/run/run.ts';
import { describeWithKafka, describeWithPromtool } from '../services/describe-with.ts';
import { promtool } from '../services/promtool.ts';
import { FakeInfluxDB } from '../sink/fake-influxdb.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';
import { samples } from './figures.ts';

const pipeline = liveForecast as unknown as Pipeline;
const soon = { timeout: 30_000, interval: 200 };
const PARTITIONS = 2;
const PORTION = 60;
let influx: FakeInfluxDB;
let running: Running | undefined;
/** The last scrape of all that was told. */
let last = '';
beforeEach(async () => {
  influx = await new FakeInfluxDB().start();
  vi.stubEnv('FORETIDE_TEST_TOKEN', 't0ken');
});
afterEach(async () => {
  await running?.stop();
  await influx.stop();
});
afterAll(() => vi.unstubAllEnvs());

describeWithKafka('metrics of a run on Kafka', ({ brokers }) => {
  const topics = new KafkaTopics(brokers);

  function produce(topic: string, portion: number): Promise<void> {
    const values = Array.from({ length: PARTITIONS }, (_, partition) =>
      Array.from({ length: PORTION }, (__, i) => {
        const time = (portion * PORTION + i) * 60_000;
        return JSON.stringify({ sensor: `s${partition}`, time, value: Math.sin(time) });
      }),
    );
    values[1]!.push('not JSON');
    return topics.fill(topic, values);
  }

  async function start(topic: string): Promise<Running> {
    const settings = loadSettings(pipeline.settings, {
      defaults: pipeline.defaults,
      set: [
        `input=${JSON.stringify({ kind: 'kafka', brokers, topic, group: topic, sessionTimeout: '6s', decode: { format: 'json' } })}`,
        `output=${JSON.stringify({ kind: 'influxdb', url: influx.url, org: 'o', bucket: 'b', token: { env: 'FORETIDE_TEST_TOKEN' }, retry: { first: '20ms', longest: '50ms' } })}`,
        'model.hidden=2',
        'commit.every=100ms',
        'page.enabled=false',
        'metrics.port=0',
      ],
    });
    running = await run({ pipeline, settings });
    return running;
  }

  async function scrape({ metrics }: Running): Promise<Record<string, number>> {
    last = await (await fetch(metrics!)).text();
    return samples(last);
  }

  test('tells lag by partition also while the sink is away, and restores', { timeout: 110_000 }, async () => {
    const topic = await topics.make(PARTITIONS);
    await produce(topic, 0);
    const one = await start(topic);
    await vi.waitFor(
      async () =>
        expect(await scrape(one)).toMatchObject({
          foretide_readings_total: PARTITIONS * PORTION,
          'foretide_dead_letters_total{reason="malformed"}': 1,
          foretide_partitions: PARTITIONS,
          'foretide_lag_records{partition="0"}': 0,
          'foretide_lag_records{partition="1"}': 0,
          'foretide_committed_offset{partition="0"}': PORTION,
          'foretide_committed_offset{partition="1"}': PORTION + 1,
          foretide_restore_seconds_count: PARTITIONS,
          foretide_ready: 1,
        }),
      soon,
    );

    influx.behave = () => ({ status: 503 });
    await produce(topic, 1);
    // it has fetched these, and does not commit them
    await vi.waitFor(
      async () =>
        expect(await scrape(one)).toMatchObject({
          'foretide_lag_records{partition="0"}': PORTION,
          'foretide_lag_records{partition="1"}': PORTION + 1,
        }),
      soon,
    );
    await produce(topic, 2);
    await sleep(10_500);
    // and has not fetched these: Kafka was asked
    await vi.waitFor(
      async () =>
        expect(await scrape(one)).toMatchObject({
          'foretide_lag_records{partition="0"}': 2 * PORTION,
          'foretide_lag_records{partition="1"}': 2 * PORTION + 2,
        }),
      soon,
    );
    expect((await scrape(one))['foretide_sink_away_seconds']).toBeGreaterThan(5);
    influx.behave = () => 'store';
    await vi.waitFor(
      async () =>
        expect(await scrape(one)).toMatchObject({
          foretide_readings_total: 3 * PARTITIONS * PORTION,
          'foretide_lag_records{partition="0"}': 0,
          foretide_sink_away_seconds: 0,
        }),
      soon,
    );
  });

  describeWithPromtool('promtool', (tool) => {
    test('finds nothing wrong in them', async () => {
      expect(last).toContain('foretide_lag_records{partition="0"}');
      expect(await promtool(tool, ['check', 'metrics'], last)).toEqual({ code: 0, said: '' });
    });
  });
});
