import { z } from 'zod';

import { Duration } from '../duration.ts';
import { checkOrder, Instant } from './instant.ts';
import { KafkaClientSettings } from './kafka-client.ts';
import { SeriesNames } from './series-names.ts';

/** A place in each partition: an instant by Kafka's own timestamps, or an offset for each partition. */
const Place = z.union([
  Instant,
  z.record(z.string().regex(/^\d+$/, 'expected the number of a partition'), z.int().min(0)),
]);
export type KafkaPlace = z.output<typeof Place>;

/** Settings of a Kafka topic that readings come from. */
export const KafkaSettings = z
  .strictObject({
    ...KafkaClientSettings.shape,
    topic: z.string().min(1).max(249).describe('Topic that the readings come from'),
    group: z
      .string()
      .min(1)
      .default('foretide')
      .describe(
        'Consumer group: processes of one group share the partitions. Positions come from the store, not from the group',
      ),
    sessionTimeout: Duration.refine((ms) => ms >= 1000, 'expected 1s or more')
      .prefault('30s')
      .describe(
        "Without a heartbeat for this long, a process's partitions go to the others; within the brokers' group.min.session.timeout.ms (6s) and group.max.session.timeout.ms (30m)",
      ),
    maxBytes: z
      .int()
      .min(64 * 1024)
      .max(64 * 1024 * 1024)
      .default(4 * 1024 * 1024)
      .describe(
        'Most that one fetch brings, bytes as they are on the wire; bounds the memory of what waits to be handled',
      ),
    from: Place.optional().describe(
      "Where it begins, in partitions that nothing was ever committed of: an instant (ISO 8601 or ms) by the records' own timestamps in Kafka, or offsets by partition, e.g. { 0: 1200, 1: 0 }; default: the beginning",
    ),
    to: Place.optional().describe(
      'Where it ends, exclusive: an instant, or an offset for every partition; default: never. What is not there yet when the run starts is not waited for. With an end this process reads all partitions by itself, in a consumer group of its own named GROUP-range-…',
    ),
    series: SeriesNames,
  })
  .superRefine(checkOrder);
export type KafkaSettings = z.output<typeof KafkaSettings>;
