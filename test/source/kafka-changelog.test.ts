import type { EachBatchPayload } from 'kafkajs';
import { expect, test } from 'vitest';

import { KafkaChangelog } from '../../src/source/kafka-changelog.ts';
import { HeartbeatFailed } from '../../src/source/kafka-slices.ts';
import { PartitionLost } from '../../src/store/changelog.ts';

/** A changelog of which nothing has been read, and what was asked of its consumer. */
function changelog() {
  const asked: string[] = [];
  const made = new KafkaChangelog({
    steering: {
      pause: (partitions) => asked.push(`pause ${partitions.join(' ')}`),
      seek: (partition, offset) => asked.push(`seek ${partition} ${offset}`),
      resume: (partition) => asked.push(`resume ${partition}`),
    },
    watermarks: async () => new Map([[4, { low: 7, high: 9 }]]),
    heartbeatInterval: 1000,
  });
  made.assign([4]);
  asked.length = 0;
  return { made, asked };
}

/** A batch of partition 4 that was fetched from its first offset. */
function batch(
  offsets: readonly number[],
  heartbeat = async (): Promise<void> => undefined,
): EachBatchPayload {
  const messages = offsets.map((offset) => ({
    offset: String(offset),
    key: Buffer.from('k'),
    value: Buffer.from(`v${offset}`),
    timestamp: '0',
    attributes: 0,
    headers: {},
  }));
  const fetched = {
    topic: 't',
    partition: 4,
    highWatermark: '0',
    messages,
    fetchedOffset: String(offsets[0]),
    isEmpty: () => false,
    firstOffset: () => String(offsets[0]),
    lastOffset: () => String(offsets.at(-1)),
    offsetLag: () => '0',
    offsetLagLow: () => '0',
  };
  return {
    batch: fetched,
    heartbeat,
    resolveOffset: () => undefined,
    pause: () => () => undefined,
    commitOffsetsIfNecessary: async () => undefined,
    uncommittedOffsets: () => ({ topics: [] }),
    isRunning: () => true,
    isStale: () => false,
  };
}

test('reads from the low watermark on until the reader has enough', async () => {
  const { made, asked } = changelog();
  const taken: number[] = [];
  const read = made.read(4, ({ offset }) => {
    taken.push(offset);
    return offset === 9;
  });
  await expect.poll(() => asked).toEqual(['seek 4 7', 'resume 4']);
  await made.eachBatch(batch([7, 8]));
  await made.eachBatch(batch([9, 10]));
  await read;
  expect(taken).toEqual([7, 8, 9]);
  expect(asked.at(-1)).toBe('pause 4');
});

test('a partition that is not ours, or not any more, is lost to the reader', async () => {
  const { made } = changelog();
  await expect(made.read(5, () => true)).rejects.toBeInstanceOf(PartitionLost);
  const reading = made.read(4, () => true);
  made.assign([5]);
  await expect(reading).rejects.toBeInstanceOf(PartitionLost);
  await expect(made.read(4, () => true)).rejects.toBeInstanceOf(PartitionLost);
});

test('what was fetched before the seek is not read', async () => {
  const { made, asked } = changelog();
  const taken: number[] = [];
  const read = made.read(4, ({ offset }) => taken.push(offset) === 2);
  await expect.poll(() => asked).toContain('resume 4');
  await made.eachBatch(batch([500]));
  await made.eachBatch(batch([2]));
  expect(taken).toEqual([]);
  expect(asked.slice(2)).toEqual(['seek 4 7', 'seek 4 7']);
  await made.eachBatch(batch([7, 8]));
  await read;
  expect(taken).toEqual([7, 8]);
});

test('a beginning of markers alone, which kafkajs passes over each time, is left behind', async () => {
  const { made, asked } = changelog();
  const taken: number[] = [];
  const read = made.read(4, ({ offset }) => taken.push(offset) === 2);
  await expect.poll(() => asked).toContain('resume 4');
  for (let fetches = 0; fetches < 3; fetches++) await made.eachBatch(batch([13, 14]));
  await read;
  expect(taken).toEqual([13, 14]);
});

test('a heartbeat that fails loses the partition, and is no reason to end', async () => {
  const { made, asked } = changelog();
  const read = made.read(4, () => false);
  const outcome = read.catch((error: unknown) => error);
  await expect.poll(() => asked).toContain('resume 4');
  const rebalancing = new Error('The group is rebalancing, so a rejoin is needed');
  await expect(made.eachBatch(batch([7, 8], () => Promise.reject(rebalancing)))).rejects.toThrow(
    HeartbeatFailed,
  );
  expect(await outcome).toBeInstanceOf(PartitionLost);
});

test('what is wrong with a record is told to the reader', async () => {
  const { made, asked } = changelog();
  const wrong = new Error('wrong');
  const read = made.read(4, () => {
    throw wrong;
  });
  const outcome = read.catch((error: unknown) => error);
  await expect.poll(() => asked).toContain('resume 4');
  await expect(made.eachBatch(batch([7, 8]))).rejects.toBe(wrong);
  expect(await outcome).toBe(wrong);
});
