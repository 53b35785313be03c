import { checkedSettings } from '../config/load.ts';
import { csvRows } from '../decode/csv-rows.ts';
import { seriesFault } from '../decode/readings.ts';
import { textOf } from '../decode/text.ts';
import { ForetideError } from '../errors.ts';
import { silentLog } from '../log.ts';
import { KafkaAdmin, partitionsOf, watermarksOf } from '../source/kafka-admin.ts';
import { kafkaClient } from '../source/kafka-client.ts';
import type { Watermarks } from '../source/kafka-offsets.ts';
import { KafkaSettings } from '../source/kafka-settings.ts';
import { KafkaSource } from '../source/kafka.ts';
import type { SourceRecord } from '../source/source.ts';
import type { Asked } from './asked.ts';
import { LEAST_OF_EACH, MOST_RECORDS, type Sample } from './sample.ts';
import { delimiterOf, formatOf } from './text-format.ts';

/** Longest that either end of the topic is read, ms. */
const TIME_LIMIT = 15_000;
const MOST_OF_NAME = 200;

/** Where a topic is. */
export interface TopicPlace {
  readonly brokers: readonly string[];
  readonly topic: string;
}

/**
 * The oldest and the newest records of each partition of a topic. No group that others are in is joined: kafkajs reads in groups alone, so this
 * one is made for it, and keeps no offsets.
 *
 * @throws ForetideError KAFKA_UNREACHABLE, KAFKA_TOPIC, FILE_FORMAT where the topic is empty or holds what is not known
 */
export async function kafkaSample({ brokers, topic }: TopicPlace, asked: Asked): Promise<Sample> {
  // the names of its topics begin with it, and Kafka has none of more than 249 characters
  const group = `foretide-${topic.slice(0, MOST_OF_NAME)}`;
  const base = { brokers: [...brokers], topic };
  const settings = checkedSettings(KafkaSettings, { ...base, group: 'foretide-init' }, 'the topic');
  const admin = new KafkaAdmin(await kafkaClient(settings, silentLog, 1), brokers);
  const kept = await admin.ask(async (ask) => {
    await partitionsOf(ask, topic);
    return watermarksOf(ask, topic);
  });
  const most = Math.max(LEAST_OF_EACH, Math.ceil(MOST_RECORDS / kept.size));
  const isAll = [...kept.values()].every(({ low, high }) => high - low <= most);
  const ranges = isAll
    ? [range(kept, (marks) => [marks.low, marks.high])]
    : [
        range(kept, ({ low, high }) => [low, Math.min(high, low + (most >> 1))]),
        range(kept, ({ low, high }) => [
          Math.max(low + Math.min(high - low, most >> 1), high - (most >> 1)),
          high,
        ]),
      ];
  const stretches: SourceRecord[][] = [];
  for (const { from, to } of ranges) {
    const read = await stretchesOf(
      checkedSettings(KafkaSettings, { ...base, group: 'foretide-init', from, to }, 'the topic'),
    );
    stretches.push(...read);
  }
  const values = stretches.flatMap((stretch) => stretch.flatMap(({ value }) => (value ? [value] : [])));
  const format = asked.format ?? formatOf(values, `topic ${topic}`);
  if (format === 'parquet') {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'Records of a topic are no rows of Parquet',
      expected: 'csv, json, line-protocol or telegraf',
      where: '--format',
    });
  }
  return {
    origin: `topic ${topic}`,
    name: seriesFault(topic) === undefined ? topic : 'data',
    parts: kept.size,
    format,
    stretches,
    isWhole: isAll && [...kept.values()].reduce((sum, { low, high }) => sum + high - low, 0) <= values.length,
    ...(format === 'csv' && tableShape(values, asked)),
    input: { kind: 'kafka', ...base, group },
  };
}

/** Rows of a topic have no header: their columns get numbers, unless somebody names them. */
function tableShape(
  values: readonly Uint8Array[],
  asked: Asked,
): Pick<Sample, 'columns' | 'hasHeader' | 'delimiter'> {
  const delimiter = asked.delimiter ?? delimiterOf(values);
  const [first = []] = csvRows((values[0] && textOf(values[0])) ?? '', delimiter) ?? [];
  return { delimiter, hasHeader: false, columns: first.map((_, i) => `column${i + 1}`) };
}

type Offsets = Readonly<Record<string, number>>;

function range(
  kept: ReadonlyMap<number, Watermarks>,
  ends: (marks: Watermarks) => readonly [number, number],
): { readonly from: Offsets; readonly to: Offsets } {
  const pairs = [...kept].map(([partition, marks]) => [partition, ends(marks)] as const);
  return {
    from: Object.fromEntries(pairs.map(([partition, [from]]) => [partition, from])),
    to: Object.fromEntries(pairs.map(([partition, [, to]]) => [partition, to])),
  };
}

/** What comes of each partition before the range ends, or the time. */
async function stretchesOf(settings: KafkaSettings): Promise<SourceRecord[][]> {
  const stretches = new Map<number, SourceRecord[]>();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), TIME_LIMIT);
  try {
    await new KafkaSource(settings).run(
      {
        open: (partition) => {
          stretches.set(partition, []);
          return Promise.resolve(null);
        },
        handle: ({ partition, records }) => {
          stretches.get(partition)?.push(...records);
          return Promise.resolve();
        },
        lose: (partition) => {
          stretches.delete(partition);
          return Promise.resolve();
        },
      },
      late.signal,
    );
  } finally {
    clearTimeout(timer);
  }
  return [...stretches].toSorted(([a], [b]) => a - b).map(([, records]) => records);
}
