import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import kafkajs, { type Admin, type CompressionTypes, type Message, type Producer } from 'kafkajs';

import { silentLog } from '../../src/log.ts';
import { kafkaClient, KafkaClientSettings } from '../../src/source/kafka-client.ts';

/** Topics and groups of a test's own on a shared Kafka. */
export class KafkaTopics {
  readonly brokers: string[];

  constructor(brokers: string[]) {
    this.brokers = brokers;
  }

  async client(): Promise<kafkajs.Kafka> {
    return kafkaClient(KafkaClientSettings.parse({ brokers: this.brokers }), silentLog);
  }

  /** A name that nobody else has. */
  name(): string {
    return `test-${randomUUID()}`;
  }

  async admin<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = (await this.client()).admin();
    await admin.connect();
    try {
      return await ask(admin);
    } finally {
      await admin.disconnect();
    }
  }

  /** Makes a topic and returns its name. */
  async make(numPartitions: number, config: Record<string, string> = {}): Promise<string> {
    const topic = this.name();
    const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }));
    await this.admin(async (admin) => {
      await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions, configEntries }] });
      // kafkajs's own waiting ends with an error where the broker does not know of the topic at once
      for (;;) {
        const known = await admin.fetchTopicMetadata({ topics: [topic] }).catch(() => undefined);
        const partitions = known?.topics[0]?.partitions ?? [];
        if (partitions.length === numPartitions && partitions.every(({ leader }) => leader >= 0)) break;
        await wait(50);
      }
    });
    return topic;
  }

  /** Appends values to partitions: [partition][n]; null becomes a tombstone. */
  async fill(
    topic: string,
    values: readonly (readonly (string | Buffer | null)[])[],
    compression?: CompressionTypes,
  ): Promise<void> {
    await this.produce({}, async (producer) => {
      for (const [partition, all] of values.entries()) {
        for (let from = 0; from < all.length; from += 5000) {
          const messages = all
            .slice(from, from + 5000)
            .map((value): Message => ({ partition, key: `key ${partition}`, value }));
          await producer.send({ topic, messages, ...(compression !== undefined && { compression }) });
        }
      }
    });
  }

  /** Deletes a partition's records before `offset`, as retention does. */
  async deleteBefore(topic: string, partition: number, offset: number): Promise<void> {
    await this.admin(async (admin) => {
      // kafkajs does not ask for the topic's leaders by itself here.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
    });
  }

  async produce(config: kafkajs.ProducerConfig, use: (producer: Producer) => Promise<void>): Promise<void> {
    const producer = (await this.client()).producer(config);
    await producer.connect();
    try {
      await use(producer);
    } finally {
      await producer.disconnect();
    }
  }
}

/** `count` different texts. */
export function texts(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, n) => `${prefix}-${n}`);
}
