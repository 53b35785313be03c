import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { expect, test } from 'vitest';
import { describeWithKafka } from './describe-with.ts';

describeWithKafka('the Kafka of the tests', ({ brokers }) => {
  const client = new Kafka({ brokers, logLevel: logLevel.NOTHING });

  test('gives back what was put in', async () => {
    const topic = await newTopic(client);
    const producer = client.producer();
    await producer.connect();
    await producer.send({ topic, messages: [{ key: 's1', value: '20.5' }] });
    await producer.disconnect();
    expect(await firstRecord(client, topic)).toBe('s1=20.5');
  });

  test('takes part in transactions', async () => {
    const topic = await newTopic(client);
    const producer = client.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    const aborted = await producer.transaction();
    await aborted.send({ topic, messages: [{ key: 's1', value: '0' }] });
    await aborted.abort();
    const committed = await producer.transaction();
    await committed.send({ topic, messages: [{ key: 's1', value: '21' }] });
    await committed.commit();
    await producer.disconnect();
    expect(await firstRecord(client, topic)).toBe('s1=21');
  });
});

async function newTopic(client: Kafka): Promise<string> {
  const topic = `smoke-${randomUUID()}`;
  const admin = client.admin();
  await admin.connect();
  await admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] });
  await admin.disconnect();
  return topic;
}

async function firstRecord(client: Kafka, topic: string): Promise<string> {
  const consumer = client.consumer({ groupId: topic });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const record = await new Promise<string>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) =>
          resolve(`${message.key?.toString()}=${message.value?.toString()}`),
      })
      .catch(reject);
  });
  await consumer.disconnect();
  return record;
}
