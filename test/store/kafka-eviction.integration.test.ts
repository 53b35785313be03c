import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { decoderFor } from '../../src/decode/decoders.ts';
import { createModel } from '../../src/model/model.ts';
import { run } from '../../src/run/run.ts';
import { Task } from '../../src/run/task.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { comings } from '../checks/comings.ts';
import { record } from '../checks/topology.ts';
import { verify } from '../../src/verify/verify.ts';
import { begin, type Begun } from '../cli/foretide.ts';
import { workplace } from '../cli/workplace.ts';
import { partsWith } from '../run/parts.ts';
import { describeWithKafka } from '../services/describe-with.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';
import { readTopic } from './kafka-outputs.ts';

const { cwd } = workplace();
const RECORDS = comings(11, 900);
const DECODE = { format: 'json', series: 's', time: 't', values: ['v'] };
const COMMON = {
  model: { hidden: 2, horizon: 2 },
  commit: { every: '50ms', readings: 40 },
  page: { enabled: false },
  digest: true,
};

describeWithKafka('series that come and go on Kafka', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);
  const begun: Begun[] = [];
  afterEach(async () => {
    for (const { child, ended } of begun.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
  });

  /** What one undisturbed run with a file makes of the records. */
  async function golden(back: string) {
    const store = new SqliteStore(':memory:', { retention: 1e15 });
    const input = { kind: 'file', paths: ['not-read'], decode: DECODE };
    const defaults = { ...COMMON, input, series: { evictAfter: '2d', back } };
    const settings = loadSettings(liveForecast.settings, { defaults });
    const decoder = decoderFor(settings.input.decode);
    const model = { ...createModel(settings.model, 1), channelNames: decoder.channels };
    const task = await Task.open(0, partsWith(store, { settings, decoder, model }));
    const records = RECORDS.map((text, offset) => record(offset, text));
    task.push({ partition: 0, records, next: records.length });
    await task.commit();
    const names = (table: string): unknown[] =>
      store.database
        .prepare(`SELECT series FROM ${table} ORDER BY series`)
        .all()
        .map(({ series }) => series);
    const events = store.database
      .prepare("SELECT series, time, value FROM event WHERE kind = 'evicted' ORDER BY time, series")
      .all();
    const found = {
      state: task.stateDigest(),
      sum: task.digest!.sum,
      alive: names('state'),
      archive: names('archive'),
      events: events.map((event) => ({ ...event })),
    };
    task.close();
    await store.close();
    return found;
  }

  test.each([
    ['rows', 'clean'],
    ['rows', 'archive'],
    ['generations', 'clean'],
    ['generations', 'archive'],
  ])(
    'killed again and again: the same events once, the same state, and nulls for what has gone: %s, %s',
    { timeout: 170_000 },
    async (mode, back) => {
      const expected = await golden(back);
      expect(expected.events.length).toBeGreaterThan(8);
      const topic = await kafka.make(1);
      const defaults = {
        ...COMMON,
        input: { kind: 'kafka', brokers, topic, group: topic, sessionTimeout: '6s', decode: DECODE },
        series: { evictAfter: '2d', back },
        store: { mode, ...(mode === 'generations' && { generationEvery: '1s' }) },
      };
      const set = Object.entries(defaults).flatMap(([key, value]) => [
        '--set',
        `${key}=${JSON.stringify(value)}`,
      ]);
      const portion = RECORDS.length / 3;
      for (let from = 0; from < RECORDS.length; from += portion) {
        const started = begin(['run', 'live-forecast', ...set], { cwd, timeout: 170_000 });
        begun.push(started);
        await kafka.fill(topic, [RECORDS.slice(from, from + portion / 2)]);
        await committed(topic, from + 1);
        // so that there is a generation to each half
        if (mode === 'generations') await wait(1200);
        // whatever it is at just then
        await kafka.fill(topic, [RECORDS.slice(from + portion / 2, from + portion)]);
        await wait(150);
        started.child.kill('SIGKILL');
        await started.ended;
      }
      const again = await run({
        pipeline: liveForecast,
        settings: loadSettings(liveForecast.settings, { defaults }),
      });
      await expect.poll(() => again.status().digests?.[0]?.to, { timeout: 60_000 }).toBe(RECORDS.length);
      if (mode === 'generations') await wait(1500);
      await again.stop();
      await again.finished;
      expect(again.status().digests).toMatchObject([{ state: expected.state, sum: expected.sum }]);

      const settings = loadSettings(liveForecast.settings, { defaults });
      expect((await verify({ pipeline: liveForecast, settings })).difference).toBeUndefined();

      const events = (await readTopic(kafka, `${topic}-live-forecast-event`))
        .map(
          ({ value }) => JSON.parse(value!) as { kind: string; series: string; time: number; value: number },
        )
        .filter(({ kind }) => kind === 'evicted')
        .map(({ series, time, value }) => ({ series, time, value }));
      expect(events.toSorted((a, b) => a.time - b.time || (a.series < b.series ? -1 : 1))).toEqual(
        expected.events,
      );

      const changelog = await readTopic(kafka, `${topic}-live-forecast-changelog`);
      const last = new Map(changelog.map(({ key, value }) => [key, value]));
      const left = (kind: string): string[] =>
        [...last].flatMap(([key, value]) =>
          key.startsWith(kind) && value !== null ? [key.slice(kind.length)] : [],
        );
      expect(changelog.some(({ key, value }) => value === null && key.startsWith('series'))).toBe(true);
      if (mode === 'rows') {
        expect(left('series/').toSorted()).toEqual(expected.alive);
        expect(left('archive/').toSorted()).toEqual(expected.archive);
      } else if (back === 'archive') {
        expect([...left('archive@a/'), ...left('archive@b/')].length).toBeGreaterThan(0);
      }
    },
  );

  async function committedOf(topic: string): Promise<number> {
    const told = await kafka.admin((admin) => admin.fetchOffsets({ groupId: topic, topics: [topic] }));
    return Math.max(0, Number(told[0]?.partitions[0]?.offset ?? 0));
  }

  async function committed(topic: string, least: number): Promise<void> {
    await expect.poll(() => committedOf(topic), { timeout: 60_000 }).toBeGreaterThanOrEqual(least);
  }
});
