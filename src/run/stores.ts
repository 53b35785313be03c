import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import type { KafkaSettings } from '../source/kafka-settings.ts';
import type { Log } from '../log.ts';
import type { ChangelogReader } from '../store/changelog.ts';
import { KafkaStore } from '../store/kafka.ts';
import type { StoreTopics } from '../store/kafka-settings.ts';
import type { StoreSettings } from '../store/settings.ts';
import { SqliteStore } from '../store/sqlite.ts';

/** What decides where a run keeps its state. */
type Chosen = Pick<RunSettings, 'input' | 'store' | 'deadLetters'>;

/** Measurements whose points become messages where the outputs go to a store in Kafka; readings are in the input already. */
const OUTPUTS = ['forecast', 'anomaly', 'event', 'alert'] as const;

/** Where a run keeps its state. */
export type StorePlace =
  | { readonly kind: 'sqlite'; readonly path: string }
  | { readonly kind: 'kafka'; readonly input: KafkaSettings; readonly topics: StoreTopics };

/**
 * Where a pipeline's state lies: a file, or topics.
 *
 * @param pipeline its name
 * @throws ForetideError SETTINGS_INVALID
 */
export function storePlace(pipeline: string, { input, store, deadLetters }: Chosen): StorePlace {
  const isEndless = input.kind === 'kafka' && input.to === undefined;
  const kind = store.kind ?? (isEndless ? 'kafka' : 'sqlite');
  if (kind === 'sqlite') {
    if (store.onMismatch === 'reset') {
      throw new ForetideError('SETTINGS_INVALID', {
        what: 'A partition cannot begin anew in a SQLite file that holds its outputs: they would be written twice',
        expected: 'refuse or migrate',
        got: 'reset',
        where: 'store.onMismatch',
        todo: 'Set it to migrate, or start once with --fresh, which removes state and outputs.',
      });
    }
    return { kind, path: store.path ?? `.foretide/${pipeline}.db` };
  }
  if (!isEndless) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'A store in Kafka needs a Kafka input without an end, whose partitions its own go with',
      got: input.kind === 'kafka' ? 'input.to' : `input.kind: ${input.kind}`,
      where: 'store.kind',
      todo: 'Set store.kind to sqlite.',
    });
  }
  if (store.path !== undefined) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'A store in Kafka has no file',
      expected: 'none',
      got: store.path,
      where: 'store.path',
      todo: 'Remove it, or set store.kind to sqlite.',
    });
  }
  const name = (what: string): string => `${input.group}-${pipeline}-${what}`;
  return {
    kind,
    input,
    topics: {
      changelog: store.topic ?? name('changelog'),
      outputs: Object.fromEntries(OUTPUTS.map((measurement) => [measurement, name(measurement)])),
      commands: name('command'),
      dead: deadLetters.kind === 'kafka' ? deadLetters.topic : name('dead'),
    },
  };
}

/** What the store of a run is made of, beside its place. */
export interface StoreParts {
  readonly pipeline: string;
  readonly settings: StoreSettings;
  readonly changelog: ChangelogReader | undefined;
  readonly log: Log;
}

/** The store at a place; reaches no server yet. */
export function storeAt(place: StorePlace, parts: StoreParts): SqliteStore | KafkaStore {
  return place.kind === 'sqlite'
    ? new SqliteStore(place.path, { ...parts.settings, log: parts.log })
    : kafkaStoreAt(place, parts);
}

/** The same in Kafka. */
export function kafkaStoreAt(
  { input, topics }: Extract<StorePlace, { kind: 'kafka' }>,
  { pipeline, settings, changelog, log }: StoreParts,
): KafkaStore {
  const { topic, group } = input;
  return new KafkaStore({
    client: input,
    input: topic,
    group,
    pipeline,
    topics,
    settings,
    changelog: changelog!,
    log,
  });
}
