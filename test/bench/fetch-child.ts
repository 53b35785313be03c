/** The floor of a restore from Kafka, in a process of its own: a topic is read from its beginning to its end by kafkajs, and nothing else is done. */
import { randomUUID } from 'node:crypto';
import kafkajs from 'kafkajs';
import { giveResult } from './in-child.ts';

/** What the child is asked to do. */
export interface FetchJob {
  readonly brokers: readonly string[];
  readonly topic: string;
}

export interface FetchResult {
  /** From the first batch to the last. */
  readonly seconds: number;
  /** Of the values. */
  readonly bytes: number;
}

const { brokers, topic } = JSON.parse(process.argv[2]!) as FetchJob;
const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
const admin = kafka.admin();
await admin.connect();
const left = new Map(
  (await admin.fetchTopicOffsets(topic))
    .filter(({ low, high }) => low !== high)
    .map(({ partition, high }) => [partition, Number(high)]),
);
await admin.disconnect();

const consumer = kafka.consumer({ groupId: `fetch-${randomUUID()}`, maxBytesPerPartition: 8 << 20 });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
const { promise: through, resolve } = Promise.withResolvers<void>();
let [bytes, begun] = [0, 0];
await consumer.run({
  eachBatch: ({ batch }) => {
    begun ||= performance.now();
    for (const { value } of batch.messages) bytes += value?.length ?? 0;
    // what ends a transaction takes an offset, too, and is not handed over
    if (Number(batch.lastOffset()) + 2 >= left.get(batch.partition)!) left.delete(batch.partition);
    if (left.size === 0) resolve();
    return Promise.resolve();
  },
});
await through;
await giveResult({ seconds: (performance.now() - begun) / 1000, bytes } satisfies FetchResult);
