import { EventEmitter } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';

import kafkajs, { type ConsumerRunConfig, type EachBatchPayload, type Kafka } from 'kafkajs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { ForetideError } from '../../src/errors.ts';
import type { KafkaAdmin } from '../../src/source/kafka-admin.ts';
import { KafkaRun } from '../../src/source/kafka-run.ts';
import { KafkaSettings } from '../../src/source/kafka-settings.ts';
import type { SourcePlace } from '../../src/source/source.ts';
import { silentLog } from '../../src/log.ts';
import { KeptStore, type StoreHandler } from './kafka-store.ts';

/** kafkajs's consumer, without a network: the test says when it joins, fetches and crashes. */
class FakeConsumer extends EventEmitter {
  readonly events = {
    GROUP_JOIN: 'join',
    REBALANCING: 'rebalancing',
    FETCH_START: 'fetching',
    FETCH: 'fetched',
    HEARTBEAT: 'heartbeat',
    END_BATCH_PROCESS: 'end',
    CRASH: 'crash',
  };
  readonly said: string[] = [];
  readonly committed: unknown[] = [];
  config: ConsumerRunConfig = {};
  connectError: Error | undefined;

  async connect(): Promise<void> {
    if (this.connectError) throw this.connectError;
  }
  /** What brokers answer to the first subscriptions. */
  readonly refusals: string[] = [];
  async subscribe(): Promise<void> {
    const type = this.refusals.shift();
    if (type !== undefined) throw Object.assign(new Error(type), { type });
  }
  async run(config: ConsumerRunConfig): Promise<void> {
    this.config = config;
    this.join([0, 1]);
  }
  pause([{ partitions }]: [{ partitions?: number[] }]): void {
    this.said.push(`pause ${partitions?.join(' ') ?? 'all'}`);
  }
  seek({ partition, offset }: { partition: number; offset: string }): void {
    this.said.push(`seek ${partition} ${offset}`);
  }
  resume([{ partitions }]: [{ partitions: number[] }]): void {
    this.said.push(`resume ${partitions.join(' ')}`);
  }
  async commitOffsets(offsets: unknown): Promise<void> {
    this.committed.push(offsets);
  }
  async disconnect(): Promise<void> {
    this.said.push('disconnect');
  }

  join(partitions: number[]): void {
    this.emit('join', { payload: { memberAssignment: { t: partitions } } });
  }
  /** kafkajs has passed over a batch without a record for us: a marker, an aborted transaction. */
  passOver(partition: number, lastOffset: number): void {
    this.emit('end', { payload: { topic: 't', partition, batchSize: 0, lastOffset: String(lastOffset) } });
  }
  crash(error: Error, restart: boolean): void {
    this.emit('crash', { payload: { error, restart } });
  }
  /** A fetch has brought these offsets. */
  async fetch(
    partition: number,
    offsets: number[],
    heartbeat = async (): Promise<void> => undefined,
  ): Promise<void> {
    this.emit('heartbeat', {});
    const messages = offsets.map((offset) => ({
      offset: String(offset),
      key: null,
      value: Buffer.from(`v${offset}`),
    }));
    const batch = {
      topic: 't',
      partition,
      messages,
      fetchedOffset: String(offsets[0]),
      lastOffset: () => String(offsets.at(-1)),
    };
    const payload = {
      batch,
      heartbeat,
      resolveOffset: (offset: string) => this.said.push(`resolve ${partition} ${offset}`),
    };
    // As much of kafkajs as is used.
    await this.config.eachBatch!(payload as unknown as EachBatchPayload);
    const [last] = offsets.slice(-1);
    this.emit('end', {
      payload: { topic: 't', partition, batchSize: offsets.length, lastOffset: String(last) },
    });
  }
}

let consumer: FakeConsumer;
let store: KeptStore;
let handler: StoreHandler;
let stop: AbortController;
let consumerConfig: kafkajs.ConsumerConfig;
/** Kafka's answer to what it keeps. */
let watermarks: <T>(kept: T) => Promise<T>;

beforeEach(() => {
  consumer = new FakeConsumer();
  store = new KeptStore();
  handler = store.handler();
  stop = new AbortController();
  watermarks = async (kept) => kept;
});
afterEach(() => vi.useRealTimers());

/** The run that `start` made last. */
let run: KafkaRun;

function start(
  sessionTimeout = '30s',
  more: object = {},
  changelog?: string,
  places?: ReadonlyMap<number, SourcePlace>,
): Promise<void> {
  const kafka = {
    consumer(config: kafkajs.ConsumerConfig) {
      consumerConfig = config;
      return consumer;
    },
  };
  const kept = new Map([0, 1].map((partition) => [partition, { low: 0, high: 100 }]));
  const asked = {
    fetchTopicOffsets: async () => [0, 1].map((partition) => ({ partition, low: '0', high: '100' })),
  };
  const admin = {
    partitions: async () => 2,
    watermarks: () => watermarks(kept),
    ask: async (ask: (it: typeof asked) => Promise<unknown>) => ask(asked),
  };
  run = new KafkaRun({
    // As much of kafkajs as is used.
    kafka: kafka as unknown as Kafka,
    // As much of kafkajs as is used.
    admin: admin as unknown as KafkaAdmin,
    settings: KafkaSettings.parse({ brokers: ['b:1'], topic: 't', group: 'g', sessionTimeout, ...more }),
    handler,
    log: silentLog,
    changelog,
    places,
  });
  return run.run(stop.signal);
}

/** Lets everything happen that waits for no timer. */
async function settle(): Promise<void> {
  for (let n = 0; n < 20; n += 1) await turn();
}

test('asks kafkajs for what the notes demand', async () => {
  const running = start('12s');
  await settle();
  stop.abort();
  await running;

  expect(consumer.config).toMatchObject({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: 2,
  });
  expect(consumerConfig).toMatchObject({
    groupId: 'g',
    sessionTimeout: 12_000,
    heartbeatInterval: 2000,
    maxBytes: 4 * 1024 * 1024,
    allowAutoTopicCreation: false,
  });
});

// Seen to fail when it is asked once.
test('subscribes again where a broker does not know of a new topic yet, and for nothing else', async () => {
  consumer.refusals.push('UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE');
  const running = start();
  await vi.waitFor(() => expect(consumer.said).toContain('resume 1'));
  stop.abort();
  await running;

  consumer.refusals.push('TOPIC_AUTHORIZATION_FAILED');
  stop = new AbortController();
  await expect(start()).rejects.toMatchObject({ code: 'KAFKA_UNREACHABLE' });
});

test('opens what it is given, hands over, commits, tells the group, leaves', async () => {
  store.positions.set(1, 40);
  const running = start();
  await settle();
  expect(consumer.said).toEqual(['pause 0 1', 'seek 0 0', 'resume 0', 'seek 1 40', 'resume 1']);
  await consumer.fetch(1, [40, 41]);
  await consumer.fetch(1, [42]);
  stop.abort();
  await running;

  expect(store.texts(1)).toEqual(['v40', 'v41', 'v42']);
  expect(consumer.said.slice(5)).toEqual(['resolve 1 41', 'resolve 1 42', 'pause all', 'disconnect']);
  expect(consumer.committed).toEqual([[{ topic: 't', partition: 1, offset: '43' }]]);
});

test('drops a batch that was fetched before the partition was opened or from elsewhere', async () => {
  const running = start();
  await consumer.fetch(0, [0]).catch(() => undefined);
  await settle();
  await consumer.fetch(0, [5, 6]);
  await consumer.fetch(0, [0, 1]);
  stop.abort();
  await running;

  expect(store.texts(0)).toEqual(['v0', 'v1']);
});

test('a heartbeat that fails loses the partition, comes out to kafkajs, and the next one opens it again', async () => {
  handler = store.handler({ commitEvery: 3 });
  const running = start();
  await settle();
  await consumer.fetch(0, [0]);
  const lost = new Error('not now');
  await expect(consumer.fetch(0, [1], () => Promise.reject(lost))).rejects.toBe(lost);
  expect(handler.lost).toEqual([0]);
  expect(handler.opened).toEqual([0, 1]);

  consumer.said.length = 0;
  consumer.emit('heartbeat', {});
  await settle();
  expect(consumer.said).toEqual(['pause 0', 'seek 0 0', 'resume 0']);
  expect(handler.opened).toEqual([0, 1, 0]);
  stop.abort();
  await running;
});

test('a rebalance loses everything at once; joining opens what is ours then', async () => {
  const running = start();
  await settle();
  consumer.emit('rebalancing', {});
  await settle();
  expect(handler.lost).toEqual([0, 1]);
  consumer.join([1]);
  await settle();
  expect(handler.opened).toEqual([0, 1, 1]);
  await consumer.fetch(0, [0]);
  stop.abort();
  await running;

  expect(store.size).toBe(0);
});

describe('a partition whose commit was not confirmed', () => {
  const unsettled = new ForetideError('STORE_UNSETTLED', { what: 'nobody knows', canRetry: true });

  test('is opened anew after the next heartbeat', async () => {
    const running = start('30s', {}, 'changelog');
    await settle();
    handler.broken!(0, unsettled);
    await settle();
    expect(handler.lost).toEqual([0]);
    consumer.emit('heartbeat', {});
    await settle();
    expect(handler.opened).toEqual([0, 1, 0]);
    stop.abort();
    await running;
  });

  // Seen to stand still for ever: the member was held up, and fenced while it joined anew; it got the partition again, and kept it as it was.
  test('between two memberships, too: the next one does not keep it', async () => {
    const running = start('30s', {}, 'changelog');
    await settle();
    consumer.emit('rebalancing', {});
    handler.broken!(0, unsettled);
    await settle();
    consumer.join([0, 1]);
    await settle();
    expect(handler.lost).toEqual([0]);
    expect(handler.opened).toEqual([0, 1, 0]);
    stop.abort();
    await running;
  });

  test('and one that takes nothing in for that reason is opened anew, whoever has heard of it', async () => {
    handler = store.handler({
      before: () => (store.size === 0 ? Promise.reject(unsettled) : Promise.resolve()),
    });
    const running = start('30s', {}, 'changelog');
    await settle();
    await consumer.fetch(0, [0]);
    await settle();
    expect(handler.lost).toEqual([0]);
    consumer.emit('heartbeat', {});
    await settle();
    expect(handler.opened).toEqual([0, 1, 0]);
    stop.abort();
    await running;
  });
});

test('a client that starts again loses everything; one that does not ends the run', async () => {
  const running = start();
  await settle();
  consumer.crash(new Error('broker gone'), true);
  await settle();
  expect(handler.lost).toEqual([0, 1]);
  consumer.join([0, 1]);
  await settle();
  expect(handler.opened).toEqual([0, 1, 0, 1]);

  const cause = new RangeError('Maximum call stack size exceeded');
  consumer.crash(cause, false);
  await expect(running).rejects.toMatchObject({ code: 'KAFKA_CRASHED', cause });
  expect(consumer.said.at(-1)).toBe('disconnect');
});

test('says KAFKA_UNREACHABLE when it cannot connect', async () => {
  consumer.connectError = new Error('connect ECONNREFUSED');

  await expect(start()).rejects.toMatchObject({
    code: 'KAFKA_UNREACHABLE',
    canRetry: true,
    facts: { where: 'b:1' },
  });
  expect(consumer.said.at(-1)).toBe('disconnect');
});

test('an error of the handler ends the run and is not thrown at kafkajs', async () => {
  const poison = new Error('poison');
  handler = store.handler({ before: () => Promise.reject(poison) });
  const running = start();
  running.catch(() => undefined);
  await settle();
  await consumer.fetch(0, [0]);

  await expect(running).rejects.toBe(poison);
});

test('a handler may give up its work with the reason of the stop; any other error counts', async () => {
  for (const isReason of [true, false]) {
    consumer = new FakeConsumer();
    stop = new AbortController();
    const failed = new Error('disk full');
    handler = store.handler({
      async before() {
        stop.abort(new Error('SIGTERM'));
        throw isReason ? stop.signal.reason : failed;
      },
    });
    const running = start();
    const outcome = running.then(
      () => 'resolved',
      (error: unknown) => error,
    );
    await settle();
    await consumer.fetch(0, [0]);
    expect(await outcome).toBe(isReason ? 'resolved' : failed);
  }
});

test('kafkajs may not start again once we are ending', async () => {
  const running = start();
  await settle();
  const restart = consumerConfig.retry!.restartOnFailure!;
  expect(await restart(new Error('any'))).toBe(true);
  stop.abort();
  await running;

  expect(await restart(new Error('any'))).toBe(false);
  consumer.join([0]);
  expect(consumer.said.slice(-2)).toEqual(['disconnect', 'disconnect']);
  expect(handler.opened).toEqual([0, 1]);
});

test('what is pending is committed while the partitions are still ours, and the group is told', async () => {
  handler = store.handler({ commitEvery: 100 });
  const drain = vi.fn<() => Promise<void>>(async () => {
    expect(consumer.said).not.toContain('disconnect');
    handler.commitAll();
  });
  Object.assign(handler, { drain });
  const running = start();
  await settle();
  await consumer.fetch(0, [0, 1, 2]);
  expect(store.positions.has(0)).toBe(false);
  stop.abort();
  await running;

  expect(drain).toHaveBeenCalledOnce();
  expect(store.positions.get(0)).toBe(3);
  expect(consumer.committed).toEqual([[{ topic: 't', partition: 0, offset: '3' }]]);
});

test('after a failure nothing more is committed', async () => {
  const drain = vi.fn<() => Promise<void>>(async () => undefined);
  Object.assign(handler, {
    drain,
    handle: async () => {
      throw new Error('the store is full');
    },
  });
  const running = start();
  await settle();
  await consumer.fetch(0, [0]);
  await expect(running).rejects.toThrow('the store is full');
  expect(drain).not.toHaveBeenCalled();
});

describe('a range', () => {
  const range = { from: { 0: 10 }, to: { 0: 13, 1: 5 } };

  test('that goes on from a state is told from there', async () => {
    store.positions.set(1, 3);
    const running = start('30s', range, undefined, new Map([[1, { next: 3, watermark: 0 }]]));
    await settle();
    expect(run.progress()).toBe(0);
    await consumer.fetch(1, [3]);
    expect(run.progress()).toBeCloseTo(1 / 5);
    stop.abort();
    await running;
  });

  test('is read under a group of its own, up to its ends, and then the run ends', async () => {
    const running = start('30s', range);
    await settle();
    expect(consumerConfig.groupId).toMatch(/^g-range-[0-9a-f-]{36}$/);
    expect(consumer.said).toEqual(['pause 0 1', 'seek 0 10', 'resume 0', 'seek 1 0', 'resume 1']);
    await consumer.fetch(0, [10, 11, 12, 13, 14]);
    expect(consumer.said.slice(5)).toEqual(['resolve 0 12', 'pause 0']);
    expect(run.progress()).toBeCloseTo(3 / 8);
    await consumer.fetch(1, [0, 1, 2, 3]);
    await consumer.fetch(0, [13, 14]);
    await consumer.fetch(1, [4]);
    await running;

    expect([store.texts(0), store.texts(1)]).toEqual([
      ['v10', 'v11', 'v12'],
      ['v0', 'v1', 'v2', 'v3', 'v4'],
    ]);
    expect([...store.positions]).toEqual([
      [0, 13],
      [1, 5],
    ]);
    expect(run.progress()).toBe(1);
    expect(consumer.committed).toEqual([]);
  });

  test('what is pending is committed before it ends', async () => {
    handler = store.handler({ commitEvery: 100 });
    Object.assign(handler, { drain: async () => handler.commitAll() });
    const running = start('30s', range);
    await settle();
    await consumer.fetch(1, [0, 1, 2, 3, 4]);
    await consumer.fetch(0, [10, 11, 12]);
    await running;
    expect(store.size).toBe(8);
  });

  test('positions at the end already: nothing is fetched', async () => {
    store.positions.set(0, 13).set(1, 50);
    await start('30s', range);
    expect(consumer.said.filter((line) => /seek|resume/.test(line))).toEqual([]);
  });

  test('ends where the record behind a hole stands beyond the end', async () => {
    store.positions.set(1, 5);
    const running = start('30s', range);
    await settle();
    await consumer.fetch(0, [10, 11, 20]);
    await running;
    expect(store.texts(0)).toEqual(['v10', 'v11']);
    expect(store.positions.get(0)).toBe(13);
  });

  test('ends behind what is no record, but not where kafkajs is done with one that was dropped', async () => {
    store.positions.set(1, 5);
    const running = start('30s', range);
    await settle();
    consumer.passOver(0, 11);
    // fetched before the seek: dropped, and told of as done all the same
    await consumer.fetch(0, [5, 30]);
    await settle();
    expect(run.progress()).toBeLessThan(1);
    consumer.passOver(0, 12);
    await running;
    expect(store.texts(0)).toEqual([]);
  });

  test('a partition that was at its end and is lost uncommitted is read again', async () => {
    handler = store.handler({ commitEvery: 100 });
    const running = start('30s', range);
    await settle();
    await consumer.fetch(0, [10, 11, 12]);
    consumer.emit('rebalancing', {});
    await settle();
    store.positions.set(1, 5);
    consumer.join([1, 0]);
    await settle();
    expect(handler.lost).toEqual([0, 1]);
    expect(run.progress()).toBeLessThan(1);
    expect(consumer.said.slice(-2)).toEqual(['seek 0 10', 'resume 0']);
    Object.assign(handler, { drain: async () => handler.commitAll() });
    await consumer.fetch(0, [10, 11, 12]);
    await running;
    expect(store.texts(0)).toEqual(['v10', 'v11', 'v12']);
  });

  test('an end that never comes is an error when nothing came for long, twice, and Kafka answered', async () => {
    vi.useFakeTimers();
    const running = start('30s', range);
    running.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(10);
    await consumer.fetch(1, [0, 1, 2, 3, 4]);
    await vi.advanceTimersByTimeAsync(50_000);
    await consumer.fetch(0, [10]);
    await vi.advanceTimersByTimeAsync(50_000);
    watermarks = () => Promise.reject(new Error('no leader'));
    const fetching = setInterval(() => consumer.emit('fetched', {}), 10_000);
    await vi.advanceTimersByTimeAsync(200_000);
    expect(consumer.said).not.toContain('disconnect');
    watermarks = async (kept) => kept;
    await vi.advanceTimersByTimeAsync(120_000);
    clearInterval(fetching);
    await expect(running).rejects.toMatchObject({
      code: 'KAFKA_CRASHED',
      canRetry: true,
      facts: { where: 't/0@11', expected: 'records or the end, 13' },
    });
    expect(store.texts(0)).toEqual(['v10']);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a client that does nothing any more ends the run', async () => {
    vi.useFakeTimers();
    const running = start();
    running.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(100_000);
    consumer.emit('heartbeat', {});
    await vi.advanceTimersByTimeAsync(100_000);
    expect(consumer.said).not.toContain('disconnect');
    await vi.advanceTimersByTimeAsync(60_000);
    await expect(running).rejects.toMatchObject({ code: 'KAFKA_STALLED', canRetry: true });
  });

  test('a handler that takes long is no standstill', async () => {
    vi.useFakeTimers();
    const gate = Promise.withResolvers<void>();
    handler = store.handler({ before: () => gate.promise });
    store.positions.set(1, 5);
    const running = start('30s', range);
    await vi.advanceTimersByTimeAsync(10);
    const fetching = consumer.fetch(0, [10, 11]);
    await vi.advanceTimersByTimeAsync(120_000);
    gate.resolve();
    await fetching;
    await vi.advanceTimersByTimeAsync(100);
    expect(run.progress()).toBeLessThan(1);
    await consumer.fetch(0, [12]);
    await running;
    expect(store.texts(0)).toEqual(['v10', 'v11', 'v12']);
  });

  test('without an end it is the group as ever, and a stop before all is known ends it', async () => {
    const running = start('30s', { from: { 0: 10 } });
    await settle();
    expect(consumerConfig.groupId).toBe('g');
    await consumer.fetch(0, [10]);
    stop.abort();
    await running;
    expect(consumer.committed).toEqual([[{ topic: 't', partition: 0, offset: '11' }]]);

    const early = start('30s', range);
    stop.abort();
    await early;
  });
});

test('the assigner is ours, and what it cannot assign ends the run', async () => {
  const running = start();
  running.catch(() => undefined);
  await settle();
  const cluster = {
    findTopicPartitionMetadata: (topic: string) => Array(topic.length),
    findGroupCoordinator() {},
  };
  // As much of kafkajs as is used.
  const config = { cluster, groupId: 'g' } as unknown as Parameters<kafkajs.PartitionAssigner>[0];
  const [assigner, ...others] = consumerConfig.partitionAssigners!.map((make) => make(config));
  expect([assigner!.name, others]).toEqual(['foretide-sticky', []]);
  expect(() => assigner!.protocol({ topics: ['t', 'tt'] })).toThrow('different numbers of partitions');
  await expect(running).rejects.toMatchObject({ code: 'KAFKA_TOPIC' });
});
