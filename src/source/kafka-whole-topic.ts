import type { Log } from '../log.ts';
import { KafkaAdmin, partitionsOf, watermarksOf } from './kafka-admin.ts';
import { kafkaClient } from './kafka-client.ts';
import { KafkaRun } from './kafka-run.ts';
import type { KafkaSettings } from './kafka-settings.ts';
import type { SourceRecord } from './source.ts';

/**
 * Hands over every committed record of a topic that a store of ours writes, in order by partition, from the first that is kept to the last that is there
 * now; under a group of its own, so that no position of another moves.
 *
 * @param client how Kafka is reached: as the input is
 * @throws ForetideError KAFKA_UNREACHABLE, KAFKA_TOPIC, KAFKA_CRASHED
 */
export async function readWholeTopic(
  client: KafkaSettings,
  topic: string,
  take: (partition: number, record: SourceRecord) => void,
  log: Log,
): Promise<void> {
  const kafka = await kafkaClient(client, log);
  const admin = new KafkaAdmin(kafka, client.brokers);
  const kept = await admin.ask(async (ask) => {
    await partitionsOf(ask, topic);
    return watermarksOf(ask, topic);
  });
  const ends = Array.from(kept, ([partition, { high }]) => [String(partition), high] as const);
  const { from: _, ...settings } = client;
  await new KafkaRun({
    kafka,
    admin,
    settings: { ...settings, topic, to: Object.fromEntries(ends) },
    handler: {
      open: () => Promise.resolve(null),
      handle: ({ partition, records }) => {
        for (const record of records) take(partition, record);
        return Promise.resolve();
      },
      lose: () => Promise.resolve(),
    },
    log,
    isOurs: true,
  }).run(new AbortController().signal);
}
