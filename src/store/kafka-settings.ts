import { z } from 'zod';
import { Duration } from '../duration.ts';

/** What a topic may be called. */
const Topic = z
  .string()
  .max(249)
  .regex(/^[a-zA-Z0-9._-]+$/, 'expected 1 to 249 of a-z, A-Z, 0-9, ., _ and -');

/** What happens to state of another fingerprint. */
export const OnMismatch = z.enum(['refuse', 'reset', 'migrate']);
export type OnMismatch = z.infer<typeof OnMismatch>;

/** Settings of a store in Kafka: where state, position and outputs lie. */
export const KafkaStoreSettings = z.strictObject({
  topic: Topic.optional().describe(
    'kafka: compacted topic of the state, made when absent; default: GROUP-PIPELINE-changelog',
  ),
  mode: z
    .enum(['rows', 'generations'])
    .default('rows')
    .describe(
      'kafka: what is written of the state. rows: at each commit the rows that have changed; generations: from time to time all rows, and a restart takes in again, silently, what has come since: for large rows',
    ),
  generationEvery: Duration.refine((ms) => ms >= 1000, 'expected 1s or more')
    .prefault('10m')
    .describe(
      'kafka: time between two generations; the input must keep its records for at least twice as long',
    ),
  replication: z
    .int()
    .min(1)
    .max(32)
    .optional()
    .describe(
      'kafka: replicas of the topics that are made; default: 3, or as many as there are brokers where fewer',
    ),
  onMismatch: OnMismatch.default('refuse').describe(
    'What happens to state of other settings, another model or version. refuse: the run ends; reset (kafka): the partition begins anew at its first record; migrate: position and counts go on, and of the rest what still means the same; what does not begins anew',
  ),
  transactionTimeout: Duration.prefault('60s').describe(
    'kafka: after this long the brokers give up a transaction of a process that is gone; at most their transaction.max.timeout.ms (15m)',
  ),
});
export type KafkaStoreSettings = z.output<typeof KafkaStoreSettings>;

/** Topics that a store writes to. All have as many partitions as the input. */
export interface StoreTopics {
  readonly changelog: string;
  /** Of forecasts, anomalies, …, by measurement; what has none is not written. */
  readonly outputs: Readonly<Record<string, string>>;
  /** Of commands: what took effect beside the input's records. */
  readonly commands: string;
  /** Of dead letters; undefined where they go elsewhere. */
  readonly dead: string | undefined;
}
