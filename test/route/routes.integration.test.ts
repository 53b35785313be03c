import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { begin, type Begun } from '../cli/foretide.ts';
import { workplace } from '../cli/workplace.ts';
import { describeWithKafka } from '../services/describe-with.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';
import { Listener } from './listener.ts';
import { ODD_SETTINGS, oddReadings } from './odd-readings.ts';

const place = workplace();
const PARTITIONS = 2;
const ROWS = 700;
/** Alerts of each partition: what fires, and its end. */
const ALERTS = 8;

describeWithKafka('routes of a run on Kafka', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);
  let listener: Listener;
  let run: Begun | undefined;
  beforeEach(async () => {
    listener = await new Listener().start();
  });
  afterEach(async () => {
    run?.child.kill('SIGKILL');
    await run?.ended;
    await listener.stop();
  });

  function start(topic: string, ...args: string[]): Begun {
    const hook = {
      kind: 'webhook',
      name: 'hook',
      url: listener.url,
      allowInsecure: true,
      allowPrivate: true,
      retry: { first: '20ms', longest: '100ms' },
      // longer than the process sleeps: when it wakes, the answer is there
      timeout: '2m',
    };
    const settings = [
      `input={kind: kafka, brokers: ${JSON.stringify(brokers)}, topic: ${topic}, group: ${topic}, sessionTimeout: 6s, decode: {format: json}}`,
      `routes=${JSON.stringify([hook])}`,
      'page.enabled=false',
      'commit.every=50ms',
      ...ODD_SETTINGS,
    ].flatMap((each) => ['--set', each]);
    return begin(['run', 'anomaly-alerts', ...settings, ...args], { cwd: place.cwd, timeout: 170_000 });
  }

  const keys = (): string[] => listener.bodies.map((body) => (body as { key: string }).key);
  const own = (partition: number): string[] => keys().filter((key) => key.startsWith(`s${partition}`));

  async function fill(topic: string): Promise<void> {
    const values = Array.from({ length: PARTITIONS }, (_, partition) =>
      oddReadings(ROWS).map(({ time, value }) => JSON.stringify({ sensor: `s${partition}`, time, v: value })),
    );
    await kafka.fill(topic, values);
  }

  async function ready(topic: string): Promise<void> {
    await vi.waitFor(
      async () => {
        const groups = [`${topic}-anomaly-alerts-route-hook`];
        const told = await kafka.admin((admin) => admin.describeGroups(groups));
        expect(told.groups[0]!.state).toBe('Stable');
      },
      { timeout: 60_000, interval: 200 },
    );
  }

  /** Of each partition all that were told, each once, in the order of their times. */
  function expectAll(): void {
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const distinct = [...new Set(own(partition))];
      expect(distinct.length).toBe(ALERTS);
      expect(distinct.map((key) => key.split('/')[1])).toEqual(
        Array.from({ length: ALERTS }, (_, i) => (i % 2 === 0 ? 'firing' : 'resolved')),
      );
      const times = distinct.map((key) => Number(/@(\d+)/.exec(key)![1]));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
    }
  }

  test(
    'a process that is killed between a delivery and its position tells it again with the same key, and loses nothing',
    { timeout: 180_000 },
    async () => {
      const topic = await kafka.make(PARTITIONS);
      const kills = [1, 6];
      const killed: string[] = [];
      listener.reply = () => {
        if (new Set(keys()).size !== kills[0]) return { status: 200 };
        kills.shift();
        killed.push(keys().at(-1)!);
        // it has come to the receiver, and the process will never know
        run!.child.kill('SIGKILL');
        return 'hang';
      };
      run = start(topic);
      await fill(topic);
      for (let n = 0; n < 2; n++) {
        expect((await run.ended).signal).toBe('SIGKILL');
        run = start(topic);
      }
      await vi.waitFor(() => expectAll(), { timeout: 90_000, interval: 200 });
      for (const key of killed) expect(keys().filter((each) => each === key).length).toBeGreaterThan(1);
      run.child.kill('SIGTERM');
      expect((await run.ended).code).toBe(0);
    },
  );

  test(
    'a process that slept while another took over tells nothing more of what that one has told',
    { timeout: 120_000 },
    async () => {
      const topic = await kafka.make(1);
      const group = `${topic}-anomaly-alerts-route-hook`;
      const position = async (): Promise<number> => {
        const ask = { groupId: group, topics: [`${topic}-anomaly-alerts-alert`] };
        const [told] = await kafka.admin((admin) => admin.fetchOffsets(ask));
        return Number(told!.partitions[0]!.offset);
      };
      const sleeper = start(topic);
      let isAsleep = false;
      listener.reply = () => {
        if (!isAsleep && keys().length === 2) {
          isAsleep = true;
          sleeper.child.kill('SIGSTOP');
        }
        return { status: 200 };
      };
      try {
        const values = oddReadings(ROWS).map(({ time, value }) =>
          JSON.stringify({ sensor: 's0', time, v: value }),
        );
        await kafka.fill(topic, [values]);
        await vi.waitFor(() => expect(isAsleep).toBe(true), { timeout: 30_000, interval: 50 });
        run = start(topic);
        await vi.waitFor(() => expect(new Set(keys()).size).toBe(ALERTS), { timeout: 60_000, interval: 100 });
        // each alert is a transaction: itself and a marker, or several and one
        await vi.waitFor(async () => expect(await position()).toBeGreaterThan(ALERTS), { timeout: 20_000 });
        const before = await position();
        const count = keys().length;
        sleeper.child.kill('SIGCONT');
        // it gets the answer of the receiver, wants to move its position to the third alert, and to tell that
        await wait(5000);
        expect([await position(), keys().length]).toEqual([before, count]);
      } finally {
        sleeper.child.kill('SIGKILL');
        await sleeper.ended;
      }
    },
  );

  test('two workers share them', { timeout: 120_000 }, async () => {
    const topic = await kafka.make(PARTITIONS);
    run = start(topic, '--workers=2');
    await ready(topic);
    await fill(topic);
    await vi.waitFor(() => expectAll(), { timeout: 60_000, interval: 200 });
    run.child.kill('SIGTERM');
    expect((await run.ended).code).toBe(0);
  });
});
