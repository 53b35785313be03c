import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

import kafkajs from 'kafkajs';
import { describe, expect, test } from 'vitest';

import type { DeadLetter } from '../../src/frame.ts';
import { KafkaDeadLetters, KafkaDeadLetterSettings } from '../../src/sink/kafka-dead-letters.ts';
import { KafkaSettings, KafkaSource } from '../../src/source/kafka.ts';
import { type Log, silentLog } from '../../src/log.ts';
import { checkSource } from '../checks/source.ts';
import { describeWithKafka } from '../services/describe-with.ts';
import { KeptStore } from './kafka-store.ts';
import { KafkaTopics, texts } from './kafka-topics.ts';

const { CompressionTypes } = kafkajs;

describeWithKafka('KafkaSource', ({ brokers }) => {
  const kafka = new KafkaTopics(brokers);
  const source = (topic: string, more: object = {}, log?: Log): KafkaSource =>
    new KafkaSource(KafkaSettings.parse({ brokers, topic, group: topic, ...more }), log);

  checkSource('KafkaSource', async (content) => {
    const topic = await kafka.make(content.length);
    await kafka.fill(topic, content);
    return { open: () => source(topic, { group: kafka.name() }) };
  });

  async function members(group: string): Promise<number> {
    const { groups } = await kafka.admin((admin) => admin.describeGroups([group]));
    return groups[0]!.members.length;
  }

  test('hands over every record of 6 partitions exactly once and in order, tombstones too', async () => {
    const topic = await kafka.make(6);
    const content = [20_000, 1, 0, 7000, 1001, 3000].map((count, partition) => texts(count, `p${partition}`));
    await kafka.fill(topic, [...content.slice(0, 5), [null, ...content[5]!, null]]);
    const store = new KeptStore();
    await read(source(topic), store, 31_004);

    content[5] = ['null', ...content[5]!, 'null'];
    for (const [partition, expected] of content.entries()) expect(store.texts(partition)).toEqual(expected);
    expect(store.positions.get(0)).toBe(20_000);
  });

  test("goes on from the handler's positions, whatever the group's offsets say", async () => {
    const topic = await kafka.make(3);
    await kafka.fill(topic, [texts(100, 'a'), texts(100, 'b'), texts(100, 'c')]);
    await kafka.admin((admin) =>
      admin.setOffsets({
        groupId: topic,
        topic,
        partitions: [
          { partition: 0, offset: '100' },
          { partition: 1, offset: '3' },
          { partition: 2, offset: '100' },
        ],
      }),
    );
    const store = new KeptStore();
    store.positions.set(0, 10).set(1, 50);
    await read(source(topic), store, 90 + 50 + 100);

    expect(store.texts(0)).toEqual(texts(100, 'a').slice(10));
    expect(store.texts(1)).toEqual(texts(100, 'b').slice(50));
    expect(store.texts(2)).toEqual(texts(100, 'c'));
  });

  test('tells the group what the store has committed, and leaves it', async () => {
    const topic = await kafka.make(2);
    await kafka.fill(topic, [texts(1500, 'a'), texts(10, 'b')]);
    const store = new KeptStore();
    await read(source(topic), store, 1510);

    const [told] = await kafka.admin((admin) => admin.fetchOffsets({ groupId: topic, topics: [topic] }));
    const offsets = Object.fromEntries(told!.partitions.map(({ partition, offset }) => [partition, offset]));
    expect(offsets).toEqual({ 0: '1500', 1: '10' });
    expect(await members(topic)).toBe(0);
  });

  test('keeps its membership while the handler takes longer than the session timeout', async () => {
    const topic = await kafka.make(2);
    await kafka.fill(topic, [texts(10, 'a'), texts(10, 'b')]);
    const store = new KeptStore();
    const stop = new AbortController();
    const handler = store.handler({
      before: async ({ partition }) => {
        if (partition === 0 && store.texts(0).length === 0) await wait(9000);
      },
    });
    const running = source(topic, { sessionTimeout: '6s' }).run(handler, stop.signal);
    const seen: number[] = [];
    for (let second = 0; second < 9; second += 1) {
      await wait(1000);
      seen.push(await members(topic));
    }
    await expect.poll(() => store.size, { timeout: 10_000 }).toBe(20);
    await kafka.fill(topic, [texts(5, 'late')]);
    await expect.poll(() => store.size, { timeout: 15_000 }).toBe(25);
    stop.abort();
    await running;

    expect(seen.slice(1)).toEqual(Array.from({ length: 8 }, () => 1));
    expect(handler.lost).toEqual([]);
    expect(handler.opened).toEqual([0, 1]);
  });

  test('shares the partitions with a second member and takes them back, each time from what was committed', async () => {
    const topic = await kafka.make(4);
    const content = ['a', 'b', 'c', 'd'].map((prefix) => texts(30_000, prefix));
    await kafka.fill(topic, content);
    const store = new KeptStore();
    const stops = [new AbortController(), new AbortController()];
    // Commits are rare, so that a change of hands drops something.
    const options = { commitEvery: 7, before: () => wait(40) };
    const handlers = [store.handler(options), store.handler(options)];
    const run = (n: number): Promise<void> =>
      source(topic, { sessionTimeout: '6s', maxBytes: 256 * 1024 }).run(handlers[n]!, stops[n]!.signal);
    const first = run(0);
    await expect.poll(() => store.size, { timeout: 20_000 }).toBeGreaterThan(6000);
    const second = run(1);
    await expect.poll(() => handlers[1]!.starts.length, { timeout: 20_000 }).toBe(2);
    await wait(500);
    stops[1]!.abort();
    await second;
    await expect.poll(() => store.size + handlers[0]!.pending, { timeout: 40_000 }).toBe(120_000);
    handlers[0]!.commitAll();
    stops[0]!.abort();
    await first;

    for (const [partition, expected] of content.entries()) expect(store.texts(partition)).toEqual(expected);
    for (const { position, first: offset } of handlers.flatMap(({ starts }) => starts))
      expect(offset).toBe(position ?? 0);
    expect(handlers[0]!.opened.length).toBeGreaterThanOrEqual(4 + 2 + 4);
    expect(handlers[0]!.dropped).toBeGreaterThan(0);
  });

  test('says KAFKA_GAP when records before its position were deleted', async () => {
    const topic = await kafka.make(2);
    await kafka.fill(topic, [texts(100, 'a'), texts(100, 'b')]);
    await kafka.deleteBefore(topic, 1, 80);
    const store = new KeptStore();
    store.positions.set(0, 100).set(1, 50);
    const running = read(source(topic), store, 1);

    await expect(running).rejects.toMatchObject({
      code: 'KAFKA_GAP',
      facts: { expected: 'to go on at offset 50', got: 'a topic that begins at 80', where: `${topic}/1@50` },
    });
    expect(store.size).toBe(0);
    expect(await members(topic)).toBe(0);
  });

  test('says KAFKA_GAP when records are deleted faster than it reads them', async () => {
    const topic = await kafka.make(1);
    await kafka.fill(topic, [texts(50_000, 'a'.repeat(20))]);
    const store = new KeptStore();
    let isDone = false;
    const handler = store.handler({
      before: async () => {
        if (isDone) return;
        isDone = true;
        await kafka.deleteBefore(topic, 0, 49_000);
      },
    });
    const running = source(topic, { maxBytes: 64 * 1024 }).run(handler, new AbortController().signal);

    await expect(running).rejects.toMatchObject({
      code: 'KAFKA_GAP',
      facts: { got: 'a topic that begins at 49000' },
    });
    expect(store.texts(0)).toEqual(texts(store.size, 'a'.repeat(20)));
    expect(store.size).toBeLessThan(49_000);
  });

  test('says KAFKA_GAP when its position is beyond the end of the topic', async () => {
    const topic = await kafka.make(1);
    await kafka.fill(topic, [texts(10, 'a')]);
    const store = new KeptStore();
    store.positions.set(0, 11);

    await expect(read(source(topic), store, 1)).rejects.toMatchObject({
      code: 'KAFKA_GAP',
      facts: { got: 'a topic that ends at 10' },
      canRetry: true,
    });
  });

  test('begins where the topic begins when nothing was ever committed', async () => {
    const topic = await kafka.make(1);
    await kafka.fill(topic, [texts(100, 'a')]);
    await kafka.deleteBefore(topic, 0, 60);
    const store = new KeptStore();
    await read(source(topic), store, 40);

    expect(store.texts(0)).toEqual(texts(100, 'a').slice(60));
  });

  test('passes over the markers and aborted records of transactions, and warns of them', async () => {
    const topic = await kafka.make(1);
    await kafka.produce(
      { transactionalId: topic, idempotent: true, maxInFlightRequests: 1 },
      async (producer) => {
        for (const [n, prefix] of ['a', 'x', 'x', 'b'].entries()) {
          const transaction = await producer.transaction();
          await transaction.send({
            topic,
            messages: texts(3, prefix).map((value) => ({ key: 'k', value, partition: 0 })),
          });
          await (n === 1 || n === 2 ? transaction.abort() : transaction.commit());
        }
      },
    );
    const expected = [...texts(3, 'a'), ...texts(3, 'b')];
    const warnings: string[] = [];
    const store = new KeptStore();
    await read(source(topic, {}, { ...silentLog, warn: (_, message) => warnings.push(message) }), store, 6);
    expect(store.texts(0)).toEqual(expected);
    expect(store.positions.get(0)).toBe(16);
    expect(warnings).toEqual([
      'The topic is written by a transactional producer: unsupported, records of aborted transactions may be read',
    ]);

    // 3: the first marker; 4: the first aborted record; 8 to 11: the second aborted transaction.
    for (const position of [2, 3, 4, 8, 11, 12]) {
      const again = new KeptStore();
      again.positions.set(0, position);
      await read(source(topic), again, position === 2 ? 4 : 3);
      expect(again.texts(0)).toEqual(position === 2 ? expected.slice(2) : expected.slice(3));
    }
  });

  test('stops within seconds, also while it waits for records', async () => {
    const topic = await kafka.make(2);
    const store = new KeptStore();
    const stop = new AbortController();
    const handler = store.handler();
    const running = source(topic).run(handler, stop.signal);
    await expect.poll(() => handler.opened.length, { timeout: 20_000 }).toBe(2);
    await wait(1000);
    const begin = performance.now();
    stop.abort();
    await running;

    expect(performance.now() - begin).toBeLessThan(3000);
    expect(await members(topic)).toBe(0);
  });

  test.each([
    ['gzip', CompressionTypes.GZIP, 'snappy'],
    ['snappy', CompressionTypes.Snappy, 'lz4'],
    ['lz4', CompressionTypes.LZ4, 'zstd'],
    ['zstd', CompressionTypes.ZSTD, 'gzip'],
    // The broker packs again what it is sent in another codec: so it reads ours, and we read its.
  ])('writes %s that the broker can read, and reads it', async (name, compression, other) => {
    const content = texts(12_000, 'a value that packs well');
    for (const kept of [name, other]) {
      const topic = await kafka.make(1, { 'compression.type': kept });
      await kafka.fill(topic, [content], compression);
      const store = new KeptStore();
      await read(source(topic), store, content.length);
      expect(store.texts(0)).toEqual(content);
    }
  });

  describe('a range', () => {
    /** Reads to the end by itself, and says where it ended. */
    async function range(
      topic: string,
      more: object,
      store = new KeptStore(),
    ): Promise<[KeptStore, KafkaSource]> {
      const ranged = source(topic, more);
      await ranged.run(store.handler(), AbortSignal.timeout(50_000));
      return [store, ranged];
    }

    checkSource('KafkaSource of a range', async (content) => {
      const topic = await kafka.make(content.length);
      await kafka.fill(topic, [['before'], ['before'], ['before']]);
      await kafka.fill(topic, content);
      await kafka.fill(topic, [['after'], ['after'], ['after']]);
      const from = { 0: 1, 1: 1, 2: 1 };
      const to = Object.fromEntries(content.map((all, partition) => [partition, all.length + 1]));
      return { open: () => source(topic, { from, to }) };
    });

    test('of offsets: exactly those, and then it ends; a partition without any, too', async () => {
      const topic = await kafka.make(4);
      await kafka.fill(topic, [texts(3000, 'a'), texts(10, 'b'), [], texts(5, 'd')]);
      const shares: (number | undefined)[] = [];
      const ranged = source(topic, { from: { 0: 1000 }, to: { 0: 2500, 1: 10, 2: 0, 3: 0 } });
      shares.push(ranged.progress());
      const store = new KeptStore();
      await ranged.run(
        store.handler({ after: () => void shares.push(ranged.progress()) }),
        AbortSignal.timeout(50_000),
      );

      expect([0, 1, 2, 3].map((partition) => store.texts(partition))).toEqual([
        texts(3000, 'a').slice(1000, 2500),
        texts(10, 'b'),
        [],
        [],
      ]);
      expect(store.positions.get(0)).toBe(2500);
      expect(shares[0]).toBe(0);
      expect(shares).toEqual(shares.toSorted((a, b) => a! - b!));
      expect(ranged.progress()).toBe(1);
      expect(source(topic).progress()).toBeUndefined();
    });

    test('of time: by the timestamps of the records; what is written later is not waited for', async () => {
      const topic = await kafka.make(2);
      const at = Date.parse('2026-01-01T00:00:00Z');
      const message = (partition: number, n: number, value: string) => ({
        partition,
        value,
        timestamp: String(at + n * 1000),
      });
      await kafka.produce({}, async (producer) => {
        await producer.send({ topic, messages: texts(100, 'a').map((value, n) => message(0, n, value)) });
        await producer.send({ topic, messages: texts(3, 'b').map((value, n) => message(1, n, value)) });
      });

      const [middle] = await range(topic, { from: '2026-01-01T00:00:10Z', to: at + 19_001 });
      expect([middle.texts(0), middle.texts(1)]).toEqual([texts(100, 'a').slice(10, 20), []]);
      const [rest] = await range(topic, { from: at + 90_000, to: '2200-01-01' });
      expect([rest.texts(0), rest.texts(1)]).toEqual([texts(100, 'a').slice(90), []]);
      const [all] = await range(topic, { from: -5, to: '2200-01-01' });
      expect(all.size).toBe(103);
      const [none] = await range(topic, { from: 0, to: '1999-01-01' });
      expect(none.size).toBe(0);
    });

    test('what was committed wins over from; at the end already, it ends at once', async () => {
      const topic = await kafka.make(2);
      await kafka.fill(topic, [texts(100, 'a'), texts(100, 'b')]);
      const store = new KeptStore();
      store.positions.set(0, 5);
      await range(topic, { from: { 0: 50, 1: 50 }, to: { 0: 90, 1: 90 } }, store);
      expect([store.texts(0), store.texts(1)]).toEqual([
        texts(100, 'a').slice(5, 90),
        texts(100, 'b').slice(50, 90),
      ]);
      await range(topic, { from: { 0: 50, 1: 50 }, to: { 0: 90, 1: 90 } }, store);
      expect(store.size).toBe(85 + 40);
      await range(topic, { to: { 0: 95, 1: 20 } }, store);
      expect(store.size).toBe(85 + 40 + 5);
    });

    test('from without to goes on for ever', async () => {
      const topic = await kafka.make(2);
      await kafka.fill(topic, [texts(100, 'a'), texts(100, 'b')]);
      const store = new KeptStore();
      await read(source(topic, { from: { 1: 99 } }), store, 101);
      expect([store.texts(0), store.texts(1)]).toEqual([texts(100, 'a'), ['b-99']]);
    });

    test('is read by this process alone, beside a group of that name, whose offsets stay as they are', async () => {
      const topic = await kafka.make(2);
      await kafka.fill(topic, [texts(100, 'a'), texts(100, 'b')]);
      const live = new KeptStore();
      const stop = new AbortController();
      const handler = live.handler();
      const running = source(topic).run(handler, stop.signal);
      await expect.poll(() => live.size, { timeout: 20_000 }).toBe(200);
      const [one, two] = await Promise.all([
        range(topic, { to: { 0: 50, 1: 50 } }),
        range(topic, { to: { 0: 60, 1: 60 } }),
      ]);
      await wait(1500);
      const [told] = await kafka.admin((admin) => admin.fetchOffsets({ groupId: topic, topics: [topic] }));
      stop.abort();
      await running;

      expect([one[0].size, two[0].size]).toEqual([100, 120]);
      expect(handler.lost).toEqual([]);
      expect(told!.partitions.map(({ offset }) => offset)).toEqual(['100', '100']);
    });

    test('ends behind the markers and aborted records of transactions, wherever it begins', async () => {
      const topic = await kafka.make(2);
      await kafka.produce(
        { transactionalId: topic, idempotent: true, maxInFlightRequests: 1 },
        async (producer) => {
          for (const isKept of [true, false, false]) {
            const transaction = await producer.transaction();
            await transaction.send({
              topic,
              messages: texts(3, 'a').map((value) => ({ key: 'k', value, partition: 0 })),
            });
            await (isKept ? transaction.commit() : transaction.abort());
          }
        },
      );
      // 0 to 2 are records, 3 is the marker; 4 to 11 are two aborted transactions with theirs.
      for (const [position, expected] of [
        [null, 3],
        [2, 1],
        [3, 0],
        [4, 0],
        [7, 0],
        [11, 0],
        [12, 0],
      ] as const) {
        const store = new KeptStore();
        if (position !== null) store.positions.set(0, position);
        await range(topic, { to: '2200-01-01' }, store);
        expect(store.size).toBe(expected);
      }
      const [first] = await range(topic, { to: { 0: 4, 1: 0 } });
      expect(first.texts(0)).toEqual(texts(3, 'a'));
      const [cut] = await range(topic, { to: { 0: 2, 1: 0 } });
      expect(cut.texts(0)).toEqual(texts(2, 'a'));
    });

    test('ends where compaction has left nothing before its end', async () => {
      const topic = await kafka.make(1, {
        'cleanup.policy': 'compact',
        'segment.ms': '100',
        'min.cleanable.dirty.ratio': '0.001',
        'max.compaction.lag.ms': '100',
      });
      await kafka.fill(topic, [texts(100, 'a')]);
      await expect
        .poll(
          async () => {
            await kafka.fill(topic, [['later']]);
            const [store] = await range(topic, { to: { 0: 100 } });
            return store.texts(0);
          },
          { timeout: 50_000, interval: 2000 },
        )
        .toEqual([]);
      const [rest] = await range(topic, { to: '2200-01-01' });
      expect(new Set(rest.texts(0))).toEqual(new Set(['later']));
    });

    test.each([
      [{ from: { 5: 0 } }, 'SETTINGS_INVALID', 'input.from.5'],
      [{ to: { 0: 1 } }, 'SETTINGS_INVALID', 'input.to'],
      [{ to: { 0: 11, 1: 0 } }, 'KAFKA_GAP', 'input.to.0'],
      [{ from: { 0: 11 } }, 'KAFKA_GAP', 'input.from.0'],
      [{ from: { 1: 2 } }, 'KAFKA_GAP', 'input.from.1'],
    ])('%j is told by check and run', async (wrong, code, where) => {
      const topic = await kafka.make(2);
      await kafka.fill(topic, [texts(10, 'a'), texts(10, 'b')]);
      await kafka.deleteBefore(topic, 1, 5);
      const error = { code, facts: { where: expect.stringContaining(where) as unknown } };
      await expect(source(topic, wrong).check()).rejects.toMatchObject(error);
      await expect(read(source(topic, wrong), new KeptStore(), 1)).rejects.toMatchObject(error);
    });

    test('check says what it is in offsets', async () => {
      const topic = await kafka.make(2);
      await kafka.fill(topic, [texts(10, 'a'), texts(20, 'b')]);
      const ranged = await source(topic, { from: { 1: 7 }, to: '2200-01-01' }).check();
      expect(ranged.slice(-3)).toEqual([
        `topic ${topic}: partition 0 from offset 0 to 10`,
        `topic ${topic}: partition 1 from offset 7 to 20`,
        `group ${topic}-range-…: one of this run's own, for it reads all partitions up to an end`,
      ]);
      expect((await source(topic, { from: 0 }).check()).slice(-2)).toEqual([
        `topic ${topic}: partition 1 from offset 0 without an end`,
        `group ${topic}: 0 members now`,
      ]);
    });
  });

  test('says what it has found', async () => {
    const topic = await kafka.make(3);
    await kafka.fill(topic, [texts(5, 'a'), texts(5, 'b')]);
    const lines = await source(topic).check();

    expect(lines).toEqual([
      expect.stringMatching(/^kafka: \d+ brokers?, at \S+:\d+/),
      `topic ${topic}: 3 partitions, 10 offsets kept`,
      expect.stringContaining('must not be written by transactional producers'),
      `group ${topic}: 0 members now`,
    ]);
    const compacted = await kafka.make(1, { 'cleanup.policy': 'compact' });
    expect(await source(compacted).check()).toContainEqual(
      expect.stringContaining('warning: cleanup.policy is compact'),
    );
  });

  test('names the nearest topics when there is no such topic, in a check and in a run', async () => {
    const topic = await kafka.make(1);
    const wrong = `${topic.slice(0, -1)}_`;
    const error = {
      code: 'KAFKA_TOPIC',
      facts: { got: wrong, expected: expect.stringContaining(`one of ${topic}`) },
    };

    await expect(source(wrong).check()).rejects.toMatchObject(error);
    await expect(read(source(wrong), new KeptStore(), 1)).rejects.toMatchObject(error);
  });

  test('says within 10 s that nobody answers', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const begin = performance.now();
    await expect(source('any', { brokers: [`127.0.0.1:${port}`] }).check()).rejects.toMatchObject({
      code: 'KAFKA_UNREACHABLE',
      facts: { where: `127.0.0.1:${port}` },
    });
    silent.close();
    await expect(source('any', { brokers: ['127.0.0.1:1'] }).check()).rejects.toMatchObject({
      code: 'KAFKA_UNREACHABLE',
      facts: { todo: expect.stringContaining('correct `brokers`') },
    });
    expect(performance.now() - begin).toBeLessThan(15_000);
  });

  test('writes dead letters that can be read back', async () => {
    const topic = await kafka.make(2);
    const letters: DeadLetter[] = [
      { offset: 7, reason: 'malformed', detail: 'expected {, got x', series: '', bytes: Buffer.from('xyz') },
      { offset: 8, reason: 'late', detail: 'späť', series: 's1', bytes: null },
      { offset: 9, reason: 'invalid', detail: 'large', series: '', bytes: new Uint8Array(700_000).fill(65) },
      {
        offset: 10,
        reason: 'invalid',
        detail: 'too large',
        series: '',
        bytes: new Uint8Array(1_100_000).fill(65),
      },
      ...Array.from({ length: 1200 }, (_, n): DeadLetter => {
        return { offset: 11 + n, reason: 'missing', detail: 'd', series: '', bytes: Buffer.from(`v${n}`) };
      }),
    ];
    const dead = new KafkaDeadLetters(KafkaDeadLetterSettings.parse({ brokers, topic }), 'readings');
    expect(await dead.check()).toEqual([`dead letters: topic ${topic}, partitions: 2`]);
    await dead.write(3, letters, new AbortController().signal);
    await dead.write(4, letters.slice(0, 1), new AbortController().signal);
    await dead.close();

    const back = await messages(kafka, topic, letters.length + 1);
    const [other, own] = [
      back.filter(({ partition }) => partition === 0),
      back.filter(({ partition }) => partition === 1),
    ];
    expect(other).toEqual([expect.objectContaining({ key: 'readings/4@7', value: Buffer.from('xyz') })]);
    expect(own.map(({ key }) => key)).toEqual(letters.map(({ offset }) => `readings/3@${offset}`));
    expect(own[0]).toEqual({
      partition: 1,
      key: 'readings/3@7',
      value: Buffer.from('xyz'),
      headers: {
        reason: 'malformed',
        detail: 'expected {, got x',
        series: '',
        topic: 'readings',
        partition: '3',
        offset: '7',
      },
    });
    expect(own[1]).toMatchObject({ value: null, headers: { reason: 'late', detail: 'späť', series: 's1' } });
    expect(own[2]!.value).toHaveLength(700_000);
    expect(own[3]).toMatchObject({ value: null, headers: { omitted: '1100000' } });
    expect(own.slice(4).map(({ value }) => value?.toString())).toEqual(
      Array.from({ length: 1200 }, (_, n) => `v${n}`),
    );
  });

  test('says KAFKA_TOPIC when there is no topic for dead letters', async () => {
    const dead = new KafkaDeadLetters(
      KafkaDeadLetterSettings.parse({ brokers, topic: kafka.name() }),
      'readings',
    );
    const letter: DeadLetter = { offset: 1, reason: 'late', detail: '', series: '', bytes: null };

    await expect(dead.write(0, [letter], new AbortController().signal)).rejects.toMatchObject({
      code: 'KAFKA_TOPIC',
    });
    await dead.close();
  });
});

/** Runs until the store has so many records. */
async function read(from: KafkaSource, store: KeptStore, records: number): Promise<void> {
  const stop = new AbortController();
  const after = (): void => {
    if (store.size >= records) stop.abort();
  };
  await from.run(store.handler({ after }), stop.signal);
}

/** Reads with kafkajs alone: what anybody else would see. */
async function messages(kafka: KafkaTopics, topic: string, count: number): Promise<SeenMessage[]> {
  const consumer = (await kafka.client()).consumer({ groupId: kafka.name() });
  const seen: SeenMessage[] = [];
  const all = Promise.withResolvers<void>();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ partition, message: { key, value, headers } }) => {
      const own = Object.entries(headers ?? {}).map(([name, header]) => [name, String(header)]);
      seen.push({ partition, key: String(key), value, headers: Object.fromEntries(own) });
      if (seen.length === count) all.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
  return seen;
}

interface SeenMessage {
  readonly partition: number;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: Record<string, string>;
}
