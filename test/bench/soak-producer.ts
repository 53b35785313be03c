/**
 * Feeds a soak's topic from a process of its own, each reading when it is due; what could not be sent while the broker was away follows when it
 * is back. It is the topic's only writer: after an error the topic's own end says whether the records are in it, so that none is lost or
 * comes twice. The job comes as the argument, the result goes to the parent.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kafka, Message, Producer } from 'kafkajs';
import { silentLog } from '../../src/log.ts';
import { kafkaClient, KafkaClientSettings } from '../../src/source/kafka-client.ts';
import { partitioner } from './bench-topic.ts';
import { giveResult } from './in-child.ts';
import { type SoakStream, soakReadings } from './soak-stream.ts';

/** What the child is asked to do. */
export interface SoakProducerJob {
  readonly brokers: string[];
  readonly topic: string;
  readonly partitions: number;
  readonly stream: SoakStream;
}

/** What it has done. */
export interface SoakProduced {
  readonly readings: number;
  /** Requests after whose error the records were in the topic, and were not. */
  readonly found: number;
  readonly repeated: number;
}

/** Time between two looks at what is due, ms. */
const EVERY = 100;
/** Most records of a request. */
const SEND = 500;
const PAUSE = 500;

// while the broker is away it would try for ever
process.once('disconnect', () => process.exit(1));
const { brokers, topic, partitions, stream } = JSON.parse(process.argv[2]!) as SoakProducerJob;
const client: Kafka = await kafkaClient(KafkaClientSettings.parse({ brokers }), silentLog);
const partitionOf = partitioner(topic, partitions);
const ends = Array.from({ length: partitions }, () => 0);
const readings = soakReadings(stream);
let producer: Producer | undefined;
let [found, repeated] = [0, 0];

let next = readings.next();
while (next.done !== true) {
  const due = Array.from({ length: partitions }, (): Message[] => []);
  const now = Date.now();
  for (; next.done !== true && next.value.time <= now; next = readings.next()) {
    const { sensor } = next.value;
    const messages = due[partitionOf(sensor)]!;
    messages.push({ partition: partitionOf(sensor), key: sensor, value: JSON.stringify(next.value) });
  }
  for (const [partition, messages] of due.entries())
    for (let from = 0; from < messages.length; from += SEND)
      await append(partition, messages.slice(from, from + SEND));
  await sleep(EVERY);
}
await producer?.disconnect();
await giveResult({ readings: stream.count, found, repeated } satisfies SoakProduced);

/** Resolves when a partition has them, once. */
async function append(partition: number, messages: Message[]): Promise<void> {
  for (;;) {
    try {
      producer ??= await connected();
      await producer.send({ topic, acks: -1, messages });
      break;
    } catch {
      await producer?.disconnect().catch(() => undefined);
      producer = undefined;
      const end = await endOf(partition);
      if (end === ends[partition]! + messages.length) {
        found += 1;
        break;
      }
      if (end !== ends[partition])
        throw new Error(`Partition ${partition} ends at ${end}, not ${ends[partition]}`);
      repeated += 1;
    }
  }
  ends[partition]! += messages.length;
}

async function connected(): Promise<Producer> {
  // a request that is sent again by kafkajs may be in the topic twice
  const made = client.producer({ retry: { retries: 0 } });
  await made.connect();
  return made;
}

/** The end of a partition, when the broker is there again. */
async function endOf(partition: number): Promise<number> {
  for (;;) {
    const admin = client.admin();
    try {
      await admin.connect();
      const told = await admin.fetchTopicOffsets(topic);
      return Number(told.find((one) => one.partition === partition)!.high);
    } catch {
      await sleep(PAUSE);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }
}
