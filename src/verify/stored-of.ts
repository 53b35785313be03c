import type { RunSettings } from '../config/run-settings.ts';
import type { Log } from '../log.ts';
import type { StorePlace } from '../run/stores.ts';
import { KafkaAdmin } from '../source/kafka-admin.ts';
import { kafkaClient } from '../source/kafka-client.ts';
import { StoredKafka } from './stored-kafka.ts';
import { StoredSqlite } from './stored-sqlite.ts';
import type { Stored, StoredPartition } from './stored.ts';

/** How much is read of what a run has left. */
export interface StoredWish {
  /** More, so that a difference can be named: see `Stored.isWorthMore`. */
  readonly isThorough: boolean;
  /** The state too, as `compareState` needs it. */
  readonly hasState: boolean;
}

/**
 * What a run has left at a place; nothing is changed there.
 *
 * @throws ForetideError FILE_UNREADABLE, KAFKA_UNREACHABLE, KAFKA_TOPIC, STATE_MISMATCH, STATE_CORRUPT
 */
export function openStored(
  place: StorePlace,
  { output, deadLetters }: RunSettings,
  wish: StoredWish,
  log: Log,
): Promise<Stored> {
  if (place.kind === 'kafka') return StoredKafka.open(place, wish, log);
  const holds = { outputs: output.kind === 'store', letters: deadLetters.kind === 'store' };
  return Promise.resolve(new StoredSqlite(place.path, holds, wish.isThorough));
}

/** A run's settings for running again what it has stored: the input ends there, and there are sums where it kept any. */
export async function rerunSettings(
  settings: RunSettings,
  partitions: readonly StoredPartition[],
  log: Log,
): Promise<RunSettings> {
  return {
    ...settings,
    input: await inputUpTo(settings.input, partitions, log),
    digest: partitions.some(({ digest }) => digest !== undefined),
  };
}

/** The input as far as its partitions were taken in; others end where they begin. */
async function inputUpTo(
  input: RunSettings['input'],
  partitions: readonly StoredPartition[],
  log: Log,
): Promise<RunSettings['input']> {
  if (input.kind !== 'kafka') return input;
  const admin = new KafkaAdmin(await kafkaClient(input, log), input.brokers);
  const ends = Array.from({ length: await admin.partitions(input.topic) }, (_, partition) => {
    const known = partitions.find((one) => one.partition === partition);
    return [String(partition), known?.next ?? 0] as const;
  });
  return { ...input, to: Object.fromEntries(ends) };
}
