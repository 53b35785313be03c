import type { Batch as KafkaBatch, EachBatchPayload } from 'kafkajs';
import { afterEach, expect, test, vi } from 'vitest';

import {
  fetchedOffset,
  handOver,
  HeartbeatFailed,
  isTransactional,
  SLICE,
} from '../../src/source/kafka-slices.ts';
import type { Batch } from '../../src/source/source.ts';

/** A fetched batch of records with these offsets, and what is done with it. */
class Fetched implements EachBatchPayload {
  readonly batch: KafkaBatch;
  readonly resolved: string[] = [];
  heartbeats = 0;
  heartbeatError: Error | undefined;

  constructor(offsets: readonly number[], lastOffset = offsets.at(-1)) {
    const messages = offsets.map((offset) => ({
      offset: String(offset),
      key: Buffer.from('k'),
      value: offset % 10 === 3 ? null : Buffer.from(`v${offset}`),
      timestamp: '0',
      attributes: 0,
      headers: {},
    }));
    this.batch = {
      topic: 't',
      partition: 4,
      highWatermark: '0',
      messages,
      isEmpty: () => false,
      firstOffset: () => String(offsets[0]),
      lastOffset: () => String(lastOffset),
      offsetLag: () => '0',
      offsetLagLow: () => '0',
    };
  }

  async heartbeat(): Promise<void> {
    this.heartbeats += 1;
    if (this.heartbeatError) throw this.heartbeatError;
  }

  resolveOffset(offset: string): void {
    this.resolved.push(offset);
  }

  pause = () => () => undefined;
  commitOffsetsIfNecessary = async (): Promise<void> => undefined;
  uncommittedOffsets = () => ({ topics: [] });
  isRunning = () => true;
  isStale = () => false;
}

const numbers = (count: number, from = 0): number[] => Array.from({ length: count }, (_, n) => from + n);

afterEach(() => {
  vi.useRealTimers();
});

test('hands over slices in order, each with the position behind it', async () => {
  const fetched = new Fetched(numbers(2 * SLICE + 1, 100));
  const batches: Batch[] = [];
  const done: number[] = [];
  await handOver(fetched, {
    heartbeatInterval: 1000,
    handle: async (batch) => void batches.push(batch),
    isOurs: () => true,
    done: (next) => done.push(next),
  });

  expect(batches.map(({ records, next }) => [records.length, next])).toEqual([
    [1000, 1100],
    [1000, 2100],
    [1, 2101],
  ]);
  expect(batches.flatMap(({ records }) => records.map(({ offset }) => offset))).toEqual(numbers(2001, 100));
  expect(batches[0]!.partition).toBe(4);
  expect(done).toEqual([1100, 2100, 2101]);
  // kafkajs is told the last offset that is done, not the next.
  expect(fetched.resolved).toEqual(['1099', '2099', '2100']);
  expect(fetched.heartbeats).toBe(3);
});

test('keys and values are the very buffers of kafkajs; a tombstone is null', async () => {
  const fetched = new Fetched([2, 3]);
  const batches: Batch[] = [];
  await handOver(fetched, {
    heartbeatInterval: 1000,
    handle: async (batch) => void batches.push(batch),
    isOurs: () => true,
    done: () => undefined,
  });
  const { messages } = fetched.batch;

  expect(batches[0]!.records[0]!.value).toBe(messages[0]!.value);
  expect(batches[0]!.records[0]!.key).toBe(messages[0]!.key);
  expect(batches[0]!.records[1]!.value).toBeNull();
});

test('the position behind the last slice is behind markers and aborted records as well', async () => {
  const fetched = new Fetched([5, 7, 8], 12);
  const done: number[] = [];
  await handOver(fetched, {
    heartbeatInterval: 1000,
    handle: async () => undefined,
    isOurs: () => true,
    done: (next) => done.push(next),
  });

  expect(done).toEqual([13]);
});

test('records from `until` on are left out, and the position stands there, also behind a hole', async () => {
  const cases: [number[], number | undefined, number[], number[]][] = [
    [[5, 6, 7, 8], 7, [5, 6], [7]],
    [[5, 6, 7, 8], 9, [5, 6, 7, 8], [9]],
    [[5, 6, 9], 8, [5, 6], [8]],
    [[5, 6], 100, [5, 6], [7]],
    [[5, 6], 5, [], [5]],
    [[9], 8, [], [8]],
    [numbers(1500), 1200, numbers(1200), [1000, 1200]],
  ];
  for (const [offsets, until, handed, positions] of cases) {
    const batches: Batch[] = [];
    const done: number[] = [];
    const fetched = new Fetched(offsets);
    await handOver(fetched, {
      heartbeatInterval: 1000,
      handle: async (batch) => void batches.push(batch),
      isOurs: () => true,
      done: (next) => done.push(next),
      until,
    });
    expect(batches.flatMap(({ records }) => records.map(({ offset }) => offset))).toEqual(handed);
    expect(batches.map(({ next }) => next)).toEqual(handed.length > 0 ? positions : []);
    expect(done).toEqual(positions);
  }
});

test('heartbeats while the handler works', async () => {
  vi.useFakeTimers();
  const fetched = new Fetched([1]);
  const work = Promise.withResolvers<void>();
  const over = handOver(fetched, {
    heartbeatInterval: 1000,
    handle: () => work.promise,
    isOurs: () => true,
    done: () => undefined,
  });
  await vi.advanceTimersByTimeAsync(10_500);
  expect(fetched.heartbeats).toBe(10);
  work.resolve();
  await over;

  expect(fetched.heartbeats).toBe(11);
  expect(vi.getTimerCount()).toBe(0);
});

test('a heartbeat that fails ends it when the handler is done, with nothing resolved', async () => {
  vi.useFakeTimers();
  const fetched = new Fetched(numbers(3000));
  fetched.heartbeatError = new Error('REBALANCE_IN_PROGRESS');
  const work = Promise.withResolvers<void>();
  let calls = 0;
  const over = handOver(fetched, {
    heartbeatInterval: 1000,
    handle: () => {
      calls += 1;
      return work.promise;
    },
    isOurs: () => true,
    done: () => undefined,
  });
  let isOver = false;
  const watched = over.finally(() => {
    isOver = true;
  });
  watched.catch(() => undefined);
  await vi.advanceTimersByTimeAsync(5000);
  expect(isOver).toBe(false);
  work.resolve();

  await expect(watched).rejects.toThrow(HeartbeatFailed);
  await expect(over).rejects.toMatchObject({ cause: fetched.heartbeatError });
  expect(calls).toBe(1);
  expect(fetched.resolved).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test('takes no further slice, and resolves nothing, once the partition is not ours', async () => {
  const fetched = new Fetched(numbers(5000));
  let calls = 0;
  await handOver(fetched, {
    heartbeatInterval: 1000,
    handle: async () => {
      calls += 1;
    },
    isOurs: () => calls < 2,
    done: () => undefined,
  });

  expect(calls).toBe(2);
  expect(fetched.resolved).toEqual(['999']);
});

test('the handler error comes out as it is', async () => {
  const poison = new Error('poison');
  const over = handOver(new Fetched([1]), {
    heartbeatInterval: 1000,
    handle: () => Promise.reject(poison),
    isOurs: () => true,
    done: () => undefined,
  });

  await expect(over).rejects.toBe(poison);
});

test('reads what the types of kafkajs leave out', () => {
  const { batch } = new Fetched([1]);
  Object.assign(batch, { fetchedOffset: '7' });
  expect(fetchedOffset(batch)).toBe(7);
  expect(isTransactional(batch)).toBe(false);
  Object.assign(batch.messages[0]!, { batchContext: { inTransaction: true } });
  expect(isTransactional(batch)).toBe(true);
});
