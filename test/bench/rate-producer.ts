import { setTimeout as sleep } from 'node:timers/promises';
import type { Message } from 'kafkajs';
import { silentLog } from '../../src/log.ts';
import { kafkaClient, KafkaClientSettings } from '../../src/source/kafka-client.ts';
import { onceKnown } from '../../src/source/kafka-admin.ts';
import { partitioner } from './bench-topic.ts';
import { sensorReadings } from './readings.ts';

/** What was produced. */
export interface Produced {
  readonly readings: number;
  /** The longest that a reading was due before it was given to the producer, ms. */
  readonly latest: number;
}

/** Requests are made this often, ms. */
const EVERY = 10;
/** Milliseconds since 1970 with three decimals, which is as long for all that there will be. */
const STAMP = '{"at":';
const STAMP_LENGTH = 17;

/** Now, in ms since 1970 with fractions: the same in all processes of a machine. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

/** When a record of `produceAtRate` was due, ms since 1970. */
export function dueOf(value: Uint8Array): number {
  const { buffer, byteOffset, length } = value;
  return Number(
    Buffer.from(buffer, byteOffset, length).toString('latin1', STAMP.length, STAMP.length + STAMP_LENGTH),
  );
}

/**
 * Sends the first `count` readings of the bench's stream, so many a second, whether or not the broker keeps up; resolves when all are
 * acknowledged. Each says when it was due, not when it was sent: what waits behind a slow request counts as late.
 */
export async function produceAtRate(
  brokers: string[],
  topic: string,
  { rate, count, partitions }: { readonly rate: number; readonly count: number; readonly partitions: number },
): Promise<Produced> {
  const client = await kafkaClient(KafkaClientSettings.parse({ brokers }), silentLog);
  const producer = client.producer();
  await producer.connect();
  const partitionOf = partitioner(topic, partitions);
  const readings = sensorReadings(count);
  const begun = preciseNow();
  const sent: Promise<unknown>[] = [];
  let [k, latest] = [0, 0];
  while (k < count) {
    const now = preciseNow();
    const waiting = Array.from({ length: partitions }, (): Message[] => []);
    for (; k < count; k++) {
      const due = begun + (1000 * k) / rate;
      if (due > now) break;
      const reading = readings.next().value!;
      const partition = partitionOf(reading.sensor);
      const value = `${STAMP}${due.toFixed(3)},${JSON.stringify(reading).slice(1)}`;
      waiting[partition]!.push({ partition, key: reading.sensor, value });
      latest = Math.max(latest, now - due);
    }
    for (const messages of waiting)
      if (messages.length > 0) sent.push(onceKnown(() => producer.send({ topic, messages })));
    await sleep(EVERY);
  }
  await Promise.all(sent);
  await producer.disconnect();
  return { readings: count, latest };
}
