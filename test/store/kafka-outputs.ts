import { setTimeout as wait } from 'node:timers/promises';
import type { KafkaTopics } from '../source/kafka-topics.ts';

/** A record as it lies in a topic. */
export interface Kept {
  readonly partition: number;
  readonly offset: string;
  readonly key: string;
  readonly value: string | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** Time without a record after which a topic counts as read, ms. */
const STILL = 700;

/** Every committed record of a topic, in order by partition. */
export async function readTopic(kafka: KafkaTopics, topic: string): Promise<Kept[]> {
  const consumer = (await kafka.client()).consumer({ groupId: kafka.name(), maxWaitTimeInMs: 100 });
  const kept: Kept[] = [];
  let changed = performance.now();
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  consumer.on(consumer.events.GROUP_JOIN, () => (changed = performance.now()));
  const joined = Promise.withResolvers<void>();
  consumer.on(consumer.events.GROUP_JOIN, () => joined.resolve());
  await consumer.run({
    eachMessage: async ({ partition, message: { offset, key, value, headers } }) => {
      changed = performance.now();
      kept.push({
        partition,
        offset,
        key: String(key),
        value: value === null ? null : String(value),
        headers: Object.fromEntries(
          Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]),
        ),
      });
    },
  });
  await joined.promise;
  while (performance.now() - changed < STILL) await wait(50);
  await consumer.disconnect();
  return kept.toSorted((a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset));
}
