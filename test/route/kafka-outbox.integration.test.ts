import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Log, silentLog } from '../../src/log.ts';
import { KafkaOutbox } from '../../src/route/kafka-outbox.ts';
import { receiverOf } from '../../src/route/receivers.ts';
import { Route } from '../../src/route/route.ts';
import type { ToldAlert } from '../../src/route/told-alert.ts';
import { alertPoints } from '../../src/sink/alert-points.ts';
import { KafkaSettings } from '../../src/source/kafka-settings.ts';
import { pointMessages } from '../../src/store/kafka-messages.ts';
import { KafkaWriter } from '../../src/store/kafka-writer.ts';
import { describeWithKafka } from '../services/describe-with.ts';
import { KafkaTopics } from '../source/kafka-topics.ts';
import { over, told } from './alerts.ts';
import { turnOf } from './committed.ts';
import { Listener } from './listener.ts';
import { routeOf } from './route-of.ts';

const soon = { timeout: 40_000, interval: 50 };

const alert = (n: number, more: Partial<ToldAlert> = {}): ToldAlert =>
  told({ series: `s${n}`, since: n * 60_000, time: n * 60_000, ...more });
const alerts = (from: number, to: number): ToldAlert[] =>
  Array.from({ length: to - from }, (_, i) => alert(from + i));
const names = (from: number, to: number): string[] => alerts(from, to).map(({ series }) => series);

describeWithKafka('alerts of a topic', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);
  let listener: Listener;
  const ends: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    listener = await new Listener().start();
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await listener.stop();
  });

  /** Commits alerts to a partition, one transaction each, as the store does. */
  async function commit(topic: string, partition: number, some: readonly ToldAlert[]): Promise<void> {
    const writer = new KafkaWriter({
      kafka: await kafka.client(),
      transactionalId: `${topic}-${partition}`,
      transactionTimeout: 60_000,
      partition,
    });
    for (const each of some) {
      const messages = alertPoints({ alerts: [turnOf(each)] }).flatMap((block) => [
        ...pointMessages(block, partition),
      ]);
      await writer.write({ writes: [{ topic, messages }] });
    }
    await writer.close();
  }

  /** A process's route over a topic; `end` as a run ends, or at once. */
  async function begin(topic: string, more: object = {}, log: Log = silentLog) {
    const settings = routeOf('webhook', {
      url: listener.url,
      retry: { first: '10ms', longest: '100ms' },
      ...more,
    });
    const outbox = new KafkaOutbox({
      client: KafkaSettings.parse({ brokers, topic: 'input', sessionTimeout: '6s' }),
      topic,
      group: `${topic}-route-r`,
      name: 'r',
      transactionTimeout: 60_000,
      log,
    });
    await outbox.prepare();
    const [stop, giveUp] = [new AbortController(), new AbortController()];
    const route = new Route(settings, await receiverOf(settings), log);
    const running = outbox.run(route, { stop: stop.signal, giveUp: giveUp.signal });
    const end = async (isAtOnce = false): Promise<void> => {
      stop.abort(new Error('enough'));
      if (isAtOnce) giveUp.abort(new Error('at once'));
      await running;
      await outbox.close();
    };
    ends.push(end);
    return { end };
  }

  async function positions(topic: string) {
    const [all] = await kafka.admin((admin) =>
      admin.fetchOffsets({ groupId: `${topic}-route-r`, topics: [topic] }),
    );
    return all!.partitions
      .toSorted((a, b) => a.partition - b.partition)
      .map(({ offset, metadata }) => [Number(offset), metadata]);
  }

  async function members(topic: string): Promise<number[]> {
    const { groups } = await kafka.admin((admin) => admin.describeGroups([`${topic}-route-r`]));
    return groups[0]!.members.map(({ memberAssignment }) => memberAssignment.length);
  }

  const series = (): string[] => listener.bodies.map((body) => (body as { series: string }).series);

  test('are told in order, from when the route was new; the position is the offset of its group', async () => {
    const topic = await kafka.make(2);
    await commit(topic, 0, alerts(0, 2));
    await begin(topic);
    await commit(topic, 0, alerts(2, 5));
    await commit(topic, 1, [alert(9, { state: 'pending' }), alert(9), over(alert(9))]);
    await vi.waitFor(() => expect(listener.heard.length).toBe(5), soon);
    expect(series().filter((each) => each !== 's9')).toEqual(names(2, 5));
    // a transaction is an alert and its marker; s2 is the oldest that fires
    await vi.waitFor(
      async () =>
        expect(await positions(topic)).toEqual([
          [10, '4'],
          [6, '6'],
        ]),
      soon,
    );
  });

  test('after a restart what was under way comes again, with the same key, and what fires is known', async () => {
    const topic = await kafka.make(1);
    const { end } = await begin(topic);
    listener.reply = () => (listener.heard.length < 3 ? { status: 200 } : 'hang');
    const jump = alert(0, { reason: 'jump' });
    await commit(topic, 0, [jump, ...alerts(1, 5)]);
    await vi.waitFor(() => expect(series()).toEqual(names(0, 3)), soon);
    await end(true);
    listener.reply = () => ({ status: 200 });
    await commit(topic, 0, [over(jump, { reason: 'surprise', severity: 'critical' })]);
    await begin(topic);
    await vi.waitFor(() => expect(listener.heard.length).toBe(7), soon);
    expect(series()).toEqual(['s0', 's1', 's2', 's2', 's3', 's4', 's0']);
    const keys = listener.heard.map(({ headers }) => headers['idempotency-key']);
    expect(keys[2]).toBe(keys[3]);
    expect(listener.bodies[6]).toMatchObject({ state: 'resolved', reason: 'jump', severity: 'warning' });
  });

  test('while the receiver is away longer than a session lasts they wait, and the partition stays', async () => {
    const topic = await kafka.make(1);
    await begin(topic);
    listener.reply = () => ({ status: 503 });
    await commit(topic, 0, alerts(0, 3));
    await vi.waitFor(() => expect(listener.heard.length).toBeGreaterThan(0), soon);
    await new Promise((resolve) => {
      setTimeout(resolve, 9000);
    });
    expect(new Set(series())).toEqual(new Set(['s0']));
    expect((await members(topic)).length).toBe(1);
    listener.heard.length = 0;
    listener.reply = () => ({ status: 200 });
    await vi.waitFor(() => expect(series()).toEqual(names(0, 3)), soon);
  });

  test('two processes share the partitions, also while the receiver is away; one that goes leaves them to the other', async () => {
    const topic = await kafka.make(4);
    listener.reply = () => ({ status: 503 });
    const { end } = await begin(topic);
    for (let partition = 0; partition < 4; partition++)
      await commit(topic, partition, alerts(10 * partition, 10 * partition + 3));
    await vi.waitFor(() => expect(listener.heard.length).toBeGreaterThan(0), soon);
    const { end: endSecond } = await begin(topic);
    const began = performance.now();
    await vi.waitFor(async () => expect((await members(topic)).length).toBe(2), soon);
    await vi.waitFor(async () => {
      const { groups } = await kafka.admin((admin) => admin.describeGroups([`${topic}-route-r`]));
      expect(groups[0]!.state).toBe('Stable');
    }, soon);
    // no delivery that waits has held the rebalance up until its time-out, 60 s
    expect(performance.now() - began).toBeLessThan(30_000);
    await end();
    listener.heard.length = 0;
    listener.reply = () => ({ status: 200 });
    const all = [0, 1, 2, 3].flatMap((partition) => names(10 * partition, 10 * partition + 3));
    await vi.waitFor(() => expect(new Set(series())).toEqual(new Set(all)), soon);
    for (let partition = 0; partition < 4; partition++) {
      const own = series().filter((each) => Math.floor(Number(each.slice(1)) / 10) === partition);
      expect(own).toEqual(names(10 * partition, 10 * partition + 3));
    }
    await endSecond();
  });

  test('a loss is told: what the topic has deleted before it could be told', async () => {
    const topic = await kafka.make(1);
    const { end } = await begin(topic);
    await end();
    await commit(topic, 0, alerts(0, 3));
    await kafka.deleteBefore(topic, 0, 4);
    const errors: unknown[] = [];
    await begin(topic, {}, { ...silentLog, error: (facts) => errors.push(facts) });
    await vi.waitFor(() => expect(series()).toEqual(['s2']), soon);
    expect(errors).toEqual([{ route: 'r', topic, partition: 0, from: 0, to: 4 }]);
  });

  test('a message that is no alert is passed over', async () => {
    const topic = await kafka.make(1);
    await begin(topic);
    await kafka.fill(topic, [['{"no":"alert"}', null]]);
    await commit(topic, 0, alerts(0, 1));
    await vi.waitFor(() => expect(series()).toEqual(['s0']), soon);
  });
});
