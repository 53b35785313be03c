import type { RunSettings } from '../config/run-settings.ts';
import type { LoggedCommand } from '../command.ts';
import type { Log } from '../log.ts';
import type { Pipeline } from '../pipeline.ts';
import { prepare } from '../run/prepare.ts';
import { storePlace } from '../run/stores.ts';
import { Task } from '../run/task.ts';
import { SnapshotStore } from '../store/snapshot-store.ts';
import type { Snapshot } from '../store/snapshots.ts';
import { SqliteStore } from '../store/sqlite.ts';
import { snapshotsOf } from './snapshots-of.ts';

export interface WarmStartParts {
  readonly pipeline: Pipeline;
  /** Of the run that took the snapshots. */
  readonly live: RunSettings;
  /** Of what is to begin from them, in a SQLite file that holds nothing yet. */
  readonly settings: RunSettings;
  /** Event time that the snapshots know nothing from, ms. */
  readonly from: number;
  readonly log: Log;
}

/**
 * Puts the newest snapshots before an instant into an empty store, as if a run had come so far: history that is played into it goes on from there.
 * Partitions without one begin at their beginning.
 *
 * @returns the snapshots, by partition; none where there is none of these settings, and nothing was written then
 */
export async function warmStart(parts: WarmStartParts): Promise<ReadonlyMap<number, Snapshot>> {
  const { pipeline, live, settings, from, log } = parts;
  const found = new Map<number, Snapshot>();
  const snapshots = snapshotsOf(pipeline.name, live, storePlace(pipeline.name, live));
  if (!snapshots) return found;
  const store = new SqliteStore(settings.store.path!, settings.store);
  try {
    const fingerprint = await fingerprintOf(pipeline, settings, log);
    const own = new SnapshotStore(snapshots, from - 1);
    for (const partition of snapshots.partitions()) {
      const task = await opened(pipeline, live, own, partition, log);
      const snapshot = own.begun.get(partition);
      if (snapshot) {
        const { next, watermark } = snapshot;
        const rows = [...task.memory.all()];
        await store.commit({
          partition,
          next,
          watermark,
          rows,
          allRows: () => rows,
          partitionSlots: task.memory.partitionBytes().slice(),
          points: [],
          dead: [],
          commands: [],
          fingerprint,
        });
        found.set(partition, snapshot);
      }
      task.close();
    }
    return found;
  } finally {
    await store.close();
    snapshots.close();
  }
}

/** Commands that have not taken effect in what a partition begins from. */
export function commandsSince(
  commands: ReadonlyMap<number, readonly LoggedCommand[]> | undefined,
  begun: ReadonlyMap<number, Snapshot>,
): ReadonlyMap<number, readonly LoggedCommand[]> | undefined {
  if (!commands) return undefined;
  return new Map(
    Array.from(commands, ([partition, some]) => [
      partition,
      some.filter(({ number }) => number > (begun.get(partition)?.commands ?? 0)),
    ]),
  );
}

async function opened(
  pipeline: Pipeline,
  settings: RunSettings,
  store: SnapshotStore,
  partition: number,
  log: Log,
): Promise<Task> {
  const { decoder, model } = await prepare(settings, log);
  const stop = new AbortController().signal;
  const parts = { pipeline, settings, decoder, model, store, sink: undefined, deadLetters: undefined, stop };
  return Task.open(partition, parts);
}

async function fingerprintOf(pipeline: Pipeline, settings: RunSettings, log: Log): Promise<string> {
  const task = await opened(pipeline, settings, new SnapshotStore(undefined), 0, log);
  task.close();
  return task.fingerprint;
}
