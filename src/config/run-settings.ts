import { z } from 'zod';
import { CandidateSettings } from '../candidate/settings.ts';
import { SeriesSettings } from '../decode/eviction.ts';
import { DecodeSettings } from '../decode/settings.ts';
import { Duration } from '../duration.ts';
import { MetricsSettings } from '../metrics/settings.ts';
import { ModelSettings } from '../model/settings.ts';
import { InfluxSettings } from '../sink/influxdb-settings.ts';
import { RECORD_DECODE } from '../source/archive-record.ts';
import { FileSettings } from '../source/file-settings.ts';
import { InfluxArchiveSettings } from '../source/influxdb-settings.ts';
import { checkOrder } from '../source/instant.ts';
import { KafkaSettings } from '../source/kafka-settings.ts';
import { SqliteArchiveSettings } from '../source/sqlite-settings.ts';
import { SecretSettings } from '../secret.ts';
import { StoreSettings } from '../store/settings.ts';
import { SnapshotSettings } from '../store/snapshots.ts';

const decode = DecodeSettings.prefault({ format: 'json' });
const archiveDecode = DecodeSettings.prefault({ ...RECORD_DECODE, values: [...RECORD_DECODE.values] });

export const InputSettings = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('file').describe('Readings come from files'),
      ...FileSettings.shape,
      decode,
    })
    .superRefine(checkOrder),
  z
    .strictObject({
      kind: z.literal('kafka').describe('Readings come from a Kafka topic'),
      ...KafkaSettings.shape,
      decode,
    })
    .superRefine(checkOrder),
  z
    .strictObject({
      kind: z
        .literal('sqlite')
        .describe('Readings come from the SQLite file of an earlier run; decode needs no setting'),
      ...SqliteArchiveSettings.shape,
      decode: archiveDecode,
    })
    .superRefine(checkOrder),
  z
    .strictObject({
      kind: z
        .literal('influxdb')
        .describe('Readings come from a range of InfluxDB 2; decode needs no setting'),
      ...InfluxArchiveSettings.shape,
      decode: archiveDecode,
    })
    .superRefine(checkOrder),
]);

export const OutputSettings = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z
        .literal('store')
        .describe(
          'Forecasts go to the store, in its transaction: tables of its file, or topics GROUP-PIPELINE-forecast, -anomaly, … of Kafka',
        ),
    }),
    z.strictObject({
      kind: z.literal('influxdb').describe('Forecasts go to InfluxDB 2'),
      ...InfluxSettings.shape,
    }),
    z.strictObject({ kind: z.literal('none').describe('Forecasts are counted and dropped') }),
  ])
  .prefault({ kind: 'store' });

export const DeadLetterSettings = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z
        .literal('store')
        .describe(
          'Dead letters go to the store: its table `dead_letter`, or the topic GROUP-PIPELINE-dead of Kafka',
        ),
    }),
    z.strictObject({
      kind: z.literal('kafka').describe('Dead letters go to a topic of the brokers of the input'),
      topic: z
        .string()
        .min(1)
        .max(249)
        .describe(
          'Topic for dead letters; it must exist, unless the store is Kafka too: then it is made, and written in its transaction',
        ),
    }),
  ])
  .prefault({ kind: 'store' });

export const CommitSettings = z
  .strictObject({
    every: Duration.prefault('500ms').describe('Longest time between two commits while readings come'),
    readings: z.int().min(1).max(1_000_000).default(20_000).describe('Most readings between two commits'),
  })
  .prefault({});

export const TickSettings = z
  .strictObject({
    every: z
      .union([z.literal('off'), Duration])
      .prefault('off')
      .describe(
        'How long nothing may come of a partition of a Kafka input before its event time goes on by itself, and again each time; off: only readings move it',
      ),
  })
  .prefault({});

export const CommandSettings = z
  .strictObject({
    topic: z
      .string()
      .min(1)
      .max(249)
      .optional()
      .describe(
        'Topic of the brokers of a Kafka input, of one partition, with acts of operators as JSON; default: none is read. One with an end reads none',
      ),
  })
  .prefault({});

export const PageSettings = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether the live page is served'),
    host: z
      .string()
      .min(1)
      .default('127.0.0.1')
      .describe('Address it is served on; 127.0.0.1 is reached from this machine only'),
    port: z.int().min(0).max(65_535).default(7077).describe('Port it is served on; 0 takes a free one'),
    allowedHosts: z
      .array(
        z.string().regex(/^[\w.-]+$/, 'expected a name such as foretide or page.example.com, without a port'),
      )
      .default([])
      .describe(
        'Names that requests may call this process by, beside those of this machine and its address: that of a container, of a proxy; for metrics too',
      ),
    token: SecretSettings.optional().describe(
      'Where the token is that requests must know, for metrics too; default: the environment variable FORETIDE_PAGE_TOKEN, where it is set. Without one only an address of this machine may be served on',
    ),
    unprotected: z
      .boolean()
      .default(false)
      .describe(
        'Whether it may be served on any address without a token: whoever reaches it then sees all series, mutes alerts and puts series back',
      ),
  })
  .prefault({});

/** The settings that every pipeline has: spread them into its schema. */
export const runSettings = {
  input: InputSettings,
  model: ModelSettings,
  output: OutputSettings,
  deadLetters: DeadLetterSettings,
  store: StoreSettings,
  commit: CommitSettings,
  ticks: TickSettings,
  snapshots: SnapshotSettings,
  commands: CommandSettings,
  candidate: CandidateSettings,
  page: PageSettings,
  metrics: MetricsSettings,
  series: SeriesSettings,
  digest: z
    .boolean()
    .default(false)
    .describe(
      'Whether sums over all outputs are kept beside the state, so that runs can be held against one another; switched on later, they count from there',
    ),
  maxStateBytes: z
    .int()
    .min(1024)
    .default(1_073_741_824)
    .describe(
      'The most that the state of one partition may take, in bytes; series beyond it are dead letters',
    ),
};
const RunSettingsSchema = z.object(runSettings);
/** The settings that every pipeline has, checked; a pipeline's own stand beside them. */
export type RunSettings = z.output<typeof RunSettingsSchema>;
