import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin, type Kafka, type Message } from 'kafkajs';
import { kafkaClient, KafkaClientSettings } from '../../src/source/kafka-client.ts';
import { onceKnown } from '../../src/source/kafka-admin.ts';
import { silentLog } from '../../src/log.ts';
import { type SensorReading, SENSORS, sensorReadings } from './readings.ts';

/** Most records in one request. */
const SEND = 5000;

/** A topic with the bench's stream, in a Kafka that others may use, too. */
export interface BenchTopic {
  readonly name: string;
  remove(): Promise<void>;
}

/** A new topic that holds the first `count` readings of the bench's stream as JSON, keyed by sensor. */
export function makeTopic(
  brokers: string[],
  count: number,
  partitions: number,
  sensors = SENSORS,
): Promise<BenchTopic> {
  return makeTopicOf(brokers, sensorReadings(count, sensors), partitions);
}

/** A new topic that holds these. */
export async function makeTopicOf(
  brokers: string[],
  readings: Iterable<SensorReading>,
  partitions: number,
): Promise<BenchTopic> {
  const name = `bench-${randomUUID()}`;
  const client = await kafkaClient(KafkaClientSettings.parse({ brokers }), silentLog);
  const asAdmin = async (work: (admin: Admin) => Promise<unknown>): Promise<void> => {
    const admin = client.admin();
    await admin.connect();
    try {
      await work(admin);
    } finally {
      await admin.disconnect();
    }
  };
  const configEntries = [{ name: 'retention.ms', value: '-1' }];
  const topics = [{ topic: name, numPartitions: partitions, configEntries }];
  await asAdmin((admin) => admin.createTopics({ waitForLeaders: true, topics }));
  await produce(client, name, readings, partitions);
  return { name, remove: () => asAdmin((admin) => admin.deleteTopics({ topics: [name] })) };
}

/** Appends these to a topic. */
export async function fillTopic(
  brokers: string[],
  topic: string,
  readings: Iterable<SensorReading>,
  partitions: number,
): Promise<void> {
  const client = await kafkaClient(KafkaClientSettings.parse({ brokers }), silentLog);
  await produce(client, topic, readings, partitions);
}

/** Each request holds one partition: kafkajs loses records of others when a broker fails. */
async function produce(
  client: Kafka,
  topic: string,
  readings: Iterable<SensorReading>,
  partitions: number,
): Promise<void> {
  const producer = client.producer();
  await producer.connect();
  const partitionOf = partitioner(topic, partitions);
  const waiting = Array.from({ length: partitions }, (): Message[] => []);
  const send = async (partition: number): Promise<void> => {
    const messages = waiting[partition]!.splice(0);
    // a topic that has just been made is not known to all brokers at once
    await onceKnown(() => producer.send({ topic, messages }));
  };
  for (const reading of readings) {
    const partition = partitionOf(reading.sensor);
    const messages = waiting[partition]!;
    messages.push({ partition, key: reading.sensor, value: JSON.stringify(reading) });
    if (messages.length === SEND) await send(partition);
  }
  for (const [partition, { length }] of waiting.entries()) if (length > 0) await send(partition);
  await producer.disconnect();
}

/** Kafka's own choice of a partition for a key (murmur2), remembered. */
export function partitioner(topic: string, partitions: number): (key: string) => number {
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionErrorCode: 0,
    partitionId,
    leader: 0,
    replicas: [],
    isr: [],
  }));
  const choose = kafkajs.Partitioners.DefaultPartitioner();
  const known = new Map<string, number>();
  return (key) => {
    const partition = known.get(key) ?? choose({ topic, partitionMetadata, message: { key, value: null } });
    known.set(key, partition);
    return partition;
  };
}
