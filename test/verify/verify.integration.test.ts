import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { loadSettings } from '../../src/config/load.ts';
import { silentLog } from '../../src/log.ts';
import { readLayout } from '../../src/memory/layout.ts';
import { run, type Running } from '../../src/run/run.ts';
import type { KafkaSettings } from '../../src/source/kafka-settings.ts';
import { readWholeTopic } from '../../src/source/kafka-whole-topic.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { metaBytes, readMeta } from '../../src/store/kafka-meta.ts';
import { decodeState, encodeState, type StateRecord } from '../../src/store/kafka-state.ts';
import { readMeaning } from '../../src/store/meaning.ts';
import { verify } from '../../src/verify/verify.ts';
import { describeWithKafka } from '../services/describe-with.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';

const PARTITIONS = 2;
const SERIES = 5;
const EACH = 300;

/** Readings of a few series by partition; among them some that come twice, late, or cannot be used, and gaps. */
function content(): string[][] {
  return Array.from({ length: PARTITIONS }, (_, p) =>
    Array.from({ length: SERIES * EACH }, (__, i) => {
      const step = Math.floor(i / SERIES) + (i > 800 ? 40 : 0);
      if (i % 100 === 99) return `poison ${p} ${i}`;
      const past = i % 50 === 0 ? 3 : 0;
      const time = 1_700_000_000_000 + Math.max(0, step - past) * 60_000;
      return JSON.stringify({ sensor: `p${p}-s${i % SERIES}`, time, value: 20 + ((i * 7919) % 13) / 10 });
    }),
  );
}

describeWithKafka('verify', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);
  const folder = mkdtempSync(join(tmpdir(), 'foretide-verify-kafka-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let topic: string;
  beforeAll(async () => {
    topic = await kafka.make(PARTITIONS);
    await kafka.fill(topic, content());
  }, 60_000);

  const settingsFor = (group: string, ...set: readonly string[]) =>
    loadSettings(liveForecast.settings, {
      defaults: {
        input: { kind: 'kafka', brokers, topic, group, sessionTimeout: '6s' },
        model: { hidden: 4, horizon: 6 },
        forecast: { store: [1, 6] },
        commit: { every: '50ms', readings: 150 },
        page: { enabled: false },
        digest: true,
      },
      set,
    });

  /** Positions of all partitions that these have. */
  const positions = (all: readonly Running[]): number =>
    all.flatMap((running) => running.status().digests ?? []).reduce((sum, { to }) => sum + to, 0);

  async function until(all: readonly Running[], position: number): Promise<void> {
    while (positions(all) < position) {
      for (const running of all) expect(running.status()).toMatchObject({ state: 'running', message: '' });
      await wait(20);
    }
  }

  test.each([
    ['rows', []],
    ['generations', ['store.mode=generations', 'store.generationEvery=1s']],
  ])(
    'what a live run gave, with a restart and a rebalance, is what its topic gives again: %s',
    { timeout: 120_000 },
    async (_, set) => {
      const settings = settingsFor(kafka.name(), ...set);
      const begin = () => run({ pipeline: liveForecast, settings });
      const first = await begin();
      await until([first], 300);
      await first.stop();
      const second = await begin();
      await until([second], 700);
      // another comes, and gets one of the partitions
      const third = await begin();
      while (third.status().partitions === 0) await wait(20);
      await until([second, third], PARTITIONS * SERIES * EACH);
      await Promise.all([second.stop(), third.stop()]);
      const live = [second, third].flatMap((running) => running.status().digests ?? []);
      expect(live).toHaveLength(PARTITIONS);

      const verdict = await verify({ pipeline: liveForecast, settings });
      expect(verdict.difference).toBeUndefined();
      expect(verdict.digests).toEqual(live.toSorted((a, b) => a.partition - b.partition));
      expect(verdict.digests.every(({ dead, outputs }) => dead > 15 && outputs > 2000)).toBe(true);

      // and what a replay of the range into a file gives
      const path = join(folder, `${kafka.name()}.db`);
      const to = `input.to=${JSON.stringify(Object.fromEntries(live.map((one) => [one.partition, one.to])))}`;
      const replay = settingsFor(kafka.name(), 'store.kind=sqlite', `store.path=${path}`, to);
      const replaying = await run({ pipeline: liveForecast, settings: replay });
      const { digests } = await replaying.finished;
      await replaying.stop();
      expect(digests).toEqual(verdict.digests);
      expect(await verify({ pipeline: liveForecast, settings: replay })).toEqual(verdict);

      // one number of the state is another
      const changelog = `${settings.input.kind === 'kafka' ? settings.input.group : ''}-live-forecast-changelog`;
      const forged = await forge(settings.input as KafkaSettings, changelog, 1);
      const { difference } = await verify({ pipeline: liveForecast, settings });
      expect(difference).toEqual({
        partition: 1,
        offset: null,
        series: forged.series,
        time: null,
        what: 'state',
        column: forged.column,
        stored: String(forged.number),
        again: String(forged.was),
      });
    },
  );

  /** Changes a number in the state of a series, as the changelog keeps it, and what vouches for it. */
  async function forge(input: KafkaSettings, changelog: string, partition: number) {
    const newest = new Map<string, StateRecord>();
    const take = (of: number, { key, value, offset }: SourceRecord): void => {
      if (of !== partition || value === null) return;
      const record = decodeState(key, value, String(offset));
      newest.set(Buffer.from(key!).toString(), { ...record, bytes: record.bytes.slice() });
    };
    await readWholeTopic(input, changelog, take, silentLog);
    const meta = newest.get('meta')!;
    const told = readMeta(meta.bytes);
    const letter = told.generation?.letter;
    const stamp = told.generation?.stamp;
    const { layout } = readMeaning(Buffer.from(newest.get('meaning')!.bytes).toString())!;
    const { name, offset, width } = readLayout(layout).series.slots.find(({ type }) => type === 'f64')!;
    const row = [...newest.values()].find(
      ({ kind, birth, commit }) => kind === 'series' && birth === 2 && (stamp ?? commit) === commit,
    )!;
    const bytes = Buffer.from(row.bytes);
    const at = offset + (width - 1) * 8;
    const was = bytes.readDoubleLE(at);
    bytes.writeDoubleLE(was + 0.5, at);
    const { series, fingerprint, commit } = row;
    const rows = [...encodeState({ kind: 'series', series, birth: 2, fingerprint, commit, letter, bytes })];
    const sum = rows.reduce((total, one) => total + one.sum, told.sum - row.sum);
    const metas = encodeState({ ...meta, bytes: metaBytes({ ...told, sum }) });
    await kafka.produce({}, async (producer) => {
      for (const { key, value } of [...rows, ...metas])
        await producer.send({ topic: changelog, messages: [{ partition, key, value }] });
    });
    return { series, column: `${name}[${width - 1}]`, was, number: was + 0.5 };
  }

  // Seen to fail when what took effect after the generation, at its very position, is done before it is looked at.
  test('ticks behind the last generation are none of its state', { timeout: 120_000 }, async () => {
    const set = ['store.mode=generations', 'store.generationEvery=3s', 'ticks.every=1s', 'digest=false'];
    const settings = settingsFor(kafka.name(), ...set);
    const running = await run({ pipeline: liveForecast, settings });
    while (running.status().readings < PARTITIONS * SERIES * EACH * 0.9) await wait(20);
    await wait(5500);
    await running.stop();
    expect(await verify({ pipeline: liveForecast, settings })).toMatchObject({ difference: undefined });
  });

  test('a record that differs from the topic of the outputs is named', { timeout: 120_000 }, async () => {
    const group = kafka.name();
    const settings = settingsFor(group, 'digest=false');
    const running = await run({ pipeline: liveForecast, settings });
    while (running.status().readings < PARTITIONS * SERIES * EACH * 0.9) await wait(20);
    await wait(1000);
    await running.stop();
    // without sums all records are held against one another
    expect(await verify({ pipeline: liveForecast, settings })).toMatchObject({ difference: undefined });
    const forged = JSON.stringify({ series: 'p1-s3.value', time: 1, model: 'x', h: '06', yhat: 1 });
    await kafka.fill(`${group}-live-forecast-forecast`, [[], [forged]]);
    const { difference } = await verify({ pipeline: liveForecast, settings });
    expect(difference).toMatchObject({ partition: 1, time: 1, what: 'forecast h=06', again: 'none' });
  });
});
