import { createHash } from 'node:crypto';
import { decoderFor } from '../../src/decode/decoders.ts';
import type { Memory } from '../../src/memory/memory.ts';
import { createModel } from '../../src/model/model.ts';
import { Task } from '../../src/run/task.ts';
import type { Points } from '../../src/sink/points.ts';
import { pointMessages } from '../../src/store/kafka-messages.ts';
import { identityOf, pointsOf } from '../../src/testing/sim-sink.ts';
import { addState } from '../../src/testing/state-hash.ts';
import { partsWith } from '../run/parts.ts';
import { OneCommit } from './one-commit.ts';
import { type Back, content, evictionSettings, settingsFor } from './scenario-input.ts';

/** Something that comes of a record. */
interface Made {
  /** Of the record. */
  readonly offset: number;
  readonly text: string;
}

/** What an undisturbed run makes of a partition's records, without any Kafka: one frame, one commit. */
export interface Golden {
  readonly length: number;
  /** Messages by kind: topic, series and horizon; in order. */
  readonly messages: ReadonlyMap<string, readonly Made[]>;
  readonly dead: readonly Made[];
  /** Points by their identity. */
  readonly points: ReadonlyMap<string, Made>;
  /** Of the state at the end. */
  readonly digest: string;
}

/** Of messages that are in order among themselves: of one measurement, series and horizon. */
export function kindOf(measurement: string, key: string, value: string): string {
  const { h } = JSON.parse(value) as { h?: string };
  return `${measurement} ${key} ${h ?? ''}`;
}

/** SHA-256 of the rows in the order of their birth and of the partition's slots. */
export function digestOf(memory: Memory): string {
  const hash = createHash('sha256');
  addState(hash, memory);
  return hash.digest('hex');
}

const made = new Map<string, Promise<Golden>>();

/** The golden run of a partition; made once. */
export function goldenOf(partition: number, back: Back = 'off'): Promise<Golden> {
  const key = `${partition} ${back}`;
  const known = made.get(key) ?? makeGolden(partition, back);
  made.set(key, known);
  return known;
}

async function makeGolden(partition: number, back: Back): Promise<Golden> {
  const settings = settingsFor(...evictionSettings(back));
  const decoder = decoderFor(settings.input.decode);
  const model = { ...createModel(settings.model, 1), channelNames: decoder.channels };
  const store = new OneCommit();
  const task = await Task.open(partition, partsWith(store, { settings, decoder, model }));
  const texts = content(partition, back !== 'off');
  const records = texts.map((text, offset) => ({ offset, key: null, value: Buffer.from(text) }));
  task.push({ partition, records, next: records.length });
  await task.commit();
  const messages = new Map<string, Made[]>();
  const points = new Map<string, Made>();
  for (const row of store.points.flatMap(singleRows)) {
    const offset = row.offset[0]!;
    for (const point of pointsOf(row))
      points.set(identityOf(point), { offset, text: JSON.stringify(point.values) });
    if (row.measurement === 'reading') continue;
    for (const { key, value } of pointMessages(row, partition)) {
      const kind = kindOf(row.measurement, String(key), String(value));
      messages.set(kind, [...(messages.get(kind) ?? []), { offset, text: String(value) }]);
    }
  }
  const dead = store.dead.map(({ offset, bytes }) => ({ offset, text: Buffer.from(bytes ?? []).toString() }));
  const digest = digestOf(task.memory);
  task.close();
  return { length: records.length, messages, dead, points, digest };
}

/** Blocks of one row each. */
function singleRows(block: Points): Points[] {
  return Array.from({ length: block.length }, (_, i) => ({
    ...block,
    length: 1,
    series: [block.series[i]!],
    time: block.time.slice(i, i + 1),
    offset: block.offset.slice(i, i + 1),
    fields: Object.fromEntries(
      Object.entries(block.fields).map(([name, column]) => [name, column.slice(i, i + 1)]),
    ),
  }));
}
