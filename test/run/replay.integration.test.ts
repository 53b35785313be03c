import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import { loadSettings } from '../../src/config/load.ts';
import { silentLog } from '../../src/log.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { loggedCommands } from '../../src/run/logged-commands.ts';
import { livePlace, replaySettings } from '../../src/run/replay-settings.ts';
import { run, type RunOptions } from '../../src/run/run.ts';
import { dump } from '../checks/dump.ts';
import { describeWithKafka } from '../services/describe-with.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';

const PARTITIONS = 2;
const EACH = 300;
const MINUTE = 60_000;
const START = 1_700_000_000_000;
const folder = mkdtempSync(join(tmpdir(), 'foretide-replay-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pipeline = anomalyAlerts as unknown as Pipeline;

/** Readings of two series a partition, the second partition half as dense in time. */
function content(from: number, to: number): string[][] {
  return Array.from({ length: PARTITIONS }, (_, p) =>
    Array.from({ length: to - from }, (__, i) => {
      const time = START + (from + i) * MINUTE * (1 + p);
      return JSON.stringify({
        sensor: `p${p}-${i % 2}`,
        time,
        value: Math.sin((from + i) / 9) + (i % 13) / 10,
      });
    }),
  );
}

describeWithKafka('a replay of a topic', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);

  test.each(['sqlite', 'kafka'])(
    'with the ticks and the feedback of its live run (store: %s) leaves the same tables at any speed, and moves no group',
    { timeout: 120_000 },
    async (kind) => {
      const topic = await kafka.make(PARTITIONS);
      const group = kafka.name();
      const settings = loadSettings(pipeline.settings, {
        defaults: {
          input: {
            kind: 'kafka',
            brokers,
            topic,
            group,
            sessionTimeout: '6s',
            decode: { format: 'json', series: 'sensor', values: ['value'] },
          },
          model: { hidden: 2, horizon: 2 },
          commit: { every: '50ms' },
          ticks: { every: '1s' },
          page: { enabled: false },
          store: { kind, ...(kind === 'sqlite' && { path: join(folder, 'live.db') }) },
        },
      });
      const live = await run({ pipeline, settings });
      for (const half of [1, 2]) {
        await kafka.fill(topic, content(((half - 1) * EACH) / 2, (half * EACH) / 2));
        // a tick of each partition follows in both halves
        await vi.waitFor(() => expect(live.status().readings).toBe(half * EACH), 30_000);
        await new Promise((resolve) => void setTimeout(resolve, 3000));
      }
      await live.stop();
      await live.finished;
      const offsets = await kafka.admin((admin) => admin.fetchOffsets({ groupId: group, topics: [topic] }));

      const commands = await loggedCommands(livePlace(pipeline.name, settings)!, silentLog);
      expect(new Set(commands.keys())).toEqual(new Set([0, 1]));
      expect(new Set(commands.get(1)!.map(({ before }) => before))).toEqual(new Set([EACH / 2, EACH]));
      const replayed = async (name: string, options: Partial<RunOptions>) => {
        const into = join(folder, `${kind}-${name}.db`);
        const running = await run({
          pipeline,
          settings: replaySettings(pipeline.name, settings, { into, now: Date.now() }),
          ...options,
        });
        const status = await running.finished;
        await running.stop();
        expect(status).toMatchObject({ state: 'done', readings: 2 * EACH, progress: 1 });
        return dump(into);
      };
      const again = await replayed('max', { commands });
      expect(again.command.rows).toBe(commands.get(0)!.length + commands.get(1)!.length);
      if (kind === 'sqlite') expect(again).toEqual(dump(join(folder, 'live.db')));
      expect(await replayed('paced', { commands, pace: { kind: 'times', factor: 10_000 } })).toEqual(again);
      expect((await replayed('without', {})).position).not.toEqual(again.position);
      expect(await kafka.admin((admin) => admin.fetchOffsets({ groupId: group, topics: [topic] }))).toEqual(
        offsets,
      );
    },
  );
});
