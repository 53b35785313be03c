import type { Admin, Kafka, Message } from 'kafkajs';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import { loadSettings } from '../../src/config/load.ts';
import type { RunSettings } from '../../src/config/run-settings.ts';
import { silentLog } from '../../src/log.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { prepare } from '../../src/run/prepare.ts';
import { Task } from '../../src/run/task.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { KafkaPartition, type PartitionParts } from '../../src/store/kafka-partition.ts';
import { KafkaStoreSettings } from '../../src/store/kafka-settings.ts';
import type { StateMeaning } from '../../src/store/meaning.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { SCHEMA_VERSION } from '../../src/store/sqlite-schema.ts';
import type { Commit, Restored, Restoring, Store } from '../../src/store/store.ts';

/**
 * State as the code of each schema version has written it, of anomaly-alerts after the first `FIRST` records of `state-readings.ndjson`. Those of before the
 * current version were written by the code of then; they are never written anew.
 *
 *     node test/reference/state.ts      writes state-vN of the SCHEMA_VERSION of now, where there is none
 */
const FOLDER = fileURLToPath(new URL('./', import.meta.url));
export const FIRST = 241;
export const MODES = ['rows', 'generations'] as const;

export const pipeline = anomalyAlerts as unknown as Pipeline;

/** Settings of the runs that wrote them. */
export function stateSettings(...set: readonly string[]): RunSettings {
  return loadSettings(pipeline.settings, {
    defaults: {
      ...pipeline.defaults,
      input: {
        kind: 'file',
        paths: [join(FOLDER, 'state-readings.ndjson')],
        decode: { format: 'json', series: 's', time: 't', values: ['v'] },
      },
      model: { hidden: 2, horizon: 2 },
      forecast: { store: [1, 2] },
      page: { enabled: false },
    },
    set,
  });
}

/** Takes in the records from where a store has got to, up to `to`, in three commits. */
export async function takeIn(store: Store, to: number, settings: RunSettings): Promise<Task> {
  const { decoder, model } = await prepare(settings, silentLog);
  const stop = new AbortController().signal;
  const parts = { pipeline, settings, decoder, model, store, sink: undefined, deadLetters: undefined, stop };
  const task = await Task.open(0, parts);
  const records = stateRecords();
  const from = task.next ?? 0;
  for (let part = 1; part <= 3; part++) {
    const next = from + Math.round(((to - from) * part) / 3);
    task.push({ partition: 0, records: records.slice(task.position ?? 0, next), next });
    await task.commit();
  }
  return task;
}

export function stateRecords(): readonly SourceRecord[] {
  const lines = readFileSync(join(FOLDER, 'state-readings.ndjson'), 'utf8').trimEnd().split('\n');
  return lines.map((line, offset) => ({ offset, key: null, value: Buffer.from(line) }));
}

/** Puts the SQLite file of a version at a place. */
export function copyOfSqlite(version: number, to: string): void {
  writeFileSync(to, gunzipSync(readFileSync(join(FOLDER, `state-v${version}`, 'sqlite.db.gz'))));
}

/** The changelog of a version, in a mode. */
export function changelogOf(version: number, mode: (typeof MODES)[number]): SourceRecord[] {
  const path = join(FOLDER, `state-v${version}`, `changelog-${mode}.json.gz`);
  const lines = JSON.parse(String(gunzipSync(readFileSync(path)))) as [key: string, value: string][];
  return lines.map(([key, value], offset) => ({
    offset,
    key: Buffer.from(key),
    value: Buffer.from(value, 'base64'),
  }));
}

/** A partition of a store in Kafka whose changelog is a list; what else it writes goes nowhere. */
export class ListedStore implements Store {
  readonly name = 'a list';
  readonly records: SourceRecord[];
  readonly #settings: KafkaStoreSettings;
  #partition: KafkaPartition | undefined;

  constructor(records: SourceRecord[], settings: Partial<KafkaStoreSettings>) {
    this.records = records;
    this.#settings = { ...KafkaStoreSettings.parse({}), ...settings };
  }

  async open(
    partition: number,
    fingerprint: string,
    into: Restoring,
    meaning?: StateMeaning,
  ): Promise<Restored | null> {
    this.#partition = await KafkaPartition.open(this.#parts(), partition, fingerprint, into, meaning);
    return this.#partition.restored;
  }

  commit(commit: Commit): Promise<void> {
    return this.#partition!.commit(commit);
  }

  async close(): Promise<void> {
    await this.#partition?.close();
  }

  #parts(): PartitionParts {
    const send = async (sent: {
      topic: string;
      messages: (Message & { value: Buffer })[];
    }): Promise<void> => {
      if (sent.topic !== 'state') return;
      for (const { key, value } of sent.messages)
        this.records.push({ offset: this.records.length, key: Buffer.from(key!), value });
    };
    const nothing = async (): Promise<void> => undefined;
    const transaction = async () => ({ send, sendOffsets: nothing, commit: nothing });
    return {
      kafka: {
        producer: () => ({ connect: nothing, disconnect: nothing, transaction }),
      } as unknown as Kafka,
      ask: async (asked) => asked({ fetchOffsets: async () => [] } as unknown as Admin),
      changelog: { read: async (_, take) => void this.records.some(take) },
      input: 'in',
      group: 'g',
      application: 'a',
      log: silentLog,
      topics: { changelog: 'state', outputs: {}, commands: 'commands', dead: undefined },
      settings: this.#settings,
    };
  }
}

/** Writes the state of the version of now. */
async function write(): Promise<void> {
  const folder = join(FOLDER, `state-v${SCHEMA_VERSION}`);
  if (existsSync(join(folder, 'sqlite.db.gz'))) throw new Error(`${folder} is there, and stays as it is`);
  mkdirSync(folder, { recursive: true });
  const place = mkdtempSync(join(tmpdir(), 'foretide-state-'));
  try {
    const path = join(place, 'state.db');
    const store = new SqliteStore(path, { retention: 3650 * 86_400_000 });
    await takeIn(store, FIRST, stateSettings());
    await store.close();
    const database = new DatabaseSync(path);
    database.exec(
      "UPDATE meta SET value = 'nobody' WHERE key = 'owner'; PRAGMA journal_mode = DELETE; VACUUM",
    );
    database.close();
    writeFileSync(join(folder, 'sqlite.db.gz'), gzipSync(readFileSync(path), { level: 9 }));
  } finally {
    rmSync(place, { recursive: true });
  }
  for (const mode of MODES) {
    const store = new ListedStore([], { mode });
    await takeIn(store, FIRST, stateSettings());
    const lines = store.records.map(({ key, value }) => [
      String(key),
      Buffer.from(value!).toString('base64'),
    ]);
    writeFileSync(join(folder, `changelog-${mode}.json.gz`), gzipSync(JSON.stringify(lines), { level: 9 }));
  }
}

if (import.meta.main) await write();
