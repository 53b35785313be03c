import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import type { CandidateStatus } from '../../src/candidate/candidates.ts';
import { checkedSettings, settingsTree } from '../../src/config/load.ts';
import { overlaidBy } from '../../src/config/overlaid.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { run, type Running } from '../../src/run/run.ts';
import { verify } from '../../src/verify/verify.ts';
import { describeWithKafka } from '../services/describe-with.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';
import { readTopic } from '../store/kafka-outputs.ts';

const EACH = 150;
const START = 1_700_000_000_000;
const pipeline = liveForecast as unknown as Pipeline;
const NEW = { model: { hidden: 3, horizon: 2, name: 'new', seed: 5 } };

/** The nth portion: readings of two series in each of two partitions. */
function portion(n: number): string[][] {
  return [0, 1].map((p) =>
    Array.from({ length: EACH }, (_, i) =>
      ['a', 'b'].map((s) => {
        const step = n * EACH + i;
        const value = 20 + ((step * 7919) % 13) / 10;
        return JSON.stringify({ sensor: `p${p}-${s}`, time: START + step * 60_000, value });
      }),
    ).flat(),
  );
}

describeWithKafka('a candidate', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);
  const folder = mkdtempSync(join(tmpdir(), 'foretide-candidate-kafka-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function until(running: Running, readings: number): Promise<void> {
    while (running.status().readings < readings) {
      expect(running.status()).toMatchObject({ state: 'running', message: '' });
      await wait(20);
    }
    // the last of them is to be committed
    await wait(300);
  }

  async function ask(running: Running, what: string, body?: object): Promise<unknown> {
    const posted = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const answer = await fetch(
      `${running.address}/api/${what}`,
      body && { ...posted, body: JSON.stringify(body) },
    );
    const told: unknown = await answer.json();
    expect([answer.ok, told]).toEqual([true, told]);
    return told;
  }

  test.each([
    ['rows', []],
    ['generations', ['store.mode=generations', 'store.generationEvery=1s']],
  ])(
    'takes over in a run on Kafka, goes on after a restart, is taken back, and is verified: %s',
    { timeout: 150_000 },
    async (_, set) => {
      const topic = await kafka.make(2);
      const sources = {
        defaults: {
          input: { kind: 'kafka', brokers, topic, group: kafka.name(), sessionTimeout: '6s' },
          model: { hidden: 4, horizon: 2, name: 'old' },
          forecast: { store: [1] },
          commit: { every: '50ms', readings: 50 },
          snapshots: { path: join(folder, `${topic}.db`) },
          page: { port: 0 },
          digest: true,
        },
        set,
      };
      const tree = settingsTree(sources);
      const settings = checkedSettings(pipeline.settings, tree);
      const verified = async () =>
        (await verify({ pipeline, settings, overlaid: overlaidBy(pipeline, tree) })).difference;
      await kafka.fill(topic, portion(0));
      const first = await run({ pipeline, settings, sources });
      await until(first, 4 * EACH);
      await ask(first, 'candidate/begin', { over: NEW });
      await expect
        .poll(
          async () =>
            ((await ask(first, 'candidate')) as CandidateStatus).partitions.map(({ state }) => state),
          { timeout: 40_000 },
        )
        .toEqual(['running', 'running']);
      await kafka.fill(topic, portion(1));
      await until(first, 8 * EACH);
      const { scores } = (await ask(first, 'candidate')) as CandidateStatus;
      expect(scores[0]).toMatchObject({ h: '01', n: 4 * EACH - 4 });
      await ask(first, 'candidate/promote', {});
      await kafka.fill(topic, portion(2));
      await until(first, 12 * EACH);
      expect(first.status().model.name).toBe('new');
      await first.stop();
      expect(await verified()).toBeUndefined();

      await kafka.fill(topic, portion(3));
      const second = await run({ pipeline, settings, sources });
      await until(second, 4 * EACH);
      expect(second.status().model.name).toBe('new');
      expect(await ask(second, 'rollback', {})).toEqual({ partitions: [0, 1] });
      await kafka.fill(topic, portion(4));
      await until(second, 8 * EACH);
      expect(second.status().model.name).toBe('old');
      await second.stop();
      expect(await verified()).toBeUndefined();

      // each reading has one forecast, of the one or of the other
      const { group } = settings.input as { readonly group: string };
      const forecasts = await readTopic(kafka, `${group}-live-forecast-forecast`);
      const keys = forecasts.map(({ value }) => {
        const { series, time, h } = JSON.parse(value!) as Record<string, unknown>;
        return `${String(series)} ${String(time)} ${String(h)}`;
      });
      expect(new Set(keys).size).toBe(keys.length);
      // until the step of a series is known, with its third reading, it has none
      expect(keys.length).toBe(4 * (5 * EACH - 3));
    },
  );
});
