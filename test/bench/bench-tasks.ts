import liveForecast from '../../pipelines/live-forecast.ts';
import type { RunSettings } from '../../src/config/run-settings.ts';
import { NoStore } from '../../src/evaluate/no-store.ts';
import { silentLog } from '../../src/log.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { prepare } from '../../src/run/prepare.ts';
import { storeAt, storePlace } from '../../src/run/stores.ts';
import { Tasks } from '../../src/run/tasks.ts';
import type { Source } from '../../src/source/source.ts';
import { KafkaStore } from '../../src/store/kafka.ts';
import type { Store } from '../../src/store/store.ts';

export interface BenchTasksParts {
  /** Default: live-forecast. */
  readonly pipeline?: Pipeline;
  readonly settings: RunSettings;
  /** Whether state goes to the store of the settings; else none is kept. */
  readonly isKept: boolean;
  /** Puts something before the store. */
  readonly around?: (store: Store) => Store;
}

/** What a child of the bench runs by itself, where `run` would hide what it times. */
export interface BenchTasks {
  readonly source: Source;
  readonly tasks: Tasks;
  /** Aborted, it stops source and tasks. */
  readonly stop: AbortController;
  readonly store: Store;
}

/** Source, tasks and store as a run has them. */
export async function benchTasks({
  pipeline = liveForecast,
  settings,
  isKept,
  around = (store) => store,
}: BenchTasksParts): Promise<BenchTasks> {
  const place = isKept ? storePlace(pipeline.name, settings) : undefined;
  const { decoder, model, source, sink, changelog } = await prepare(settings, silentLog, place);
  const inner = place
    ? storeAt(place, { pipeline: pipeline.name, settings: settings.store, changelog, log: silentLog })
    : new NoStore();
  if (inner instanceof KafkaStore) await inner.prepare();
  const store = around(inner);
  const stop = new AbortController();
  const tasks = new Tasks(
    { pipeline, settings, decoder, model, store, sink, deadLetters: undefined, stop: stop.signal },
    silentLog,
  );
  return { source, tasks, stop, store };
}
