import { z } from 'zod';

import { Duration } from '../duration.ts';
import { KafkaClientSettings } from './kafka-client.ts';

/** Settings of a Kafka topic that readings come from. */
export const KafkaSettings = z.strictObject({
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
});
export type KafkaSettings = z.output<typeof KafkaSettings>;
