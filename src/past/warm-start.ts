import type { RunSettings } from '../config/run-settings.ts';
import type { LoggedCommand } from '../command.ts';
import { NoStore } from '../evaluate/no-store.ts';
import type { Log } from '../log.ts';
import type { Pipeline } from '../pipeline.ts';
import { prepare } from '../run/prepare.ts';
import { storePlace } from '../run/stores.ts';
import { Task } from '../run/task.ts';
import type { Snapshot, Snapshots } from '../store/snapshots.ts';
import { SqliteStore } from '../store/sqlite.ts';
import type { Commit, StateRow } from '../store/store.ts';
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
    const known = await fingerprintOf(pipeline, live, log);
    const fingerprint = await fingerprintOf(pipeline, settings, log);
    for (const partition of snapshots.partitions()) {
      const snapshot = snapshots.before(partition, known, from - 1);
      if (!snapshot) continue;
      await store.commit(commitOf(snapshot, snapshots, fingerprint));
      found.set(partition, snapshot);
    }
    return found;
  } finally {
    await store.close();
    snapshots.close();
  }
}

/** A commit that makes a snapshot what a store holds, and nothing else. */
function commitOf(snapshot: Snapshot, snapshots: Snapshots, fingerprint: string): Commit {
  const { partition, next, watermark } = snapshot;
  const rows: (StateRow & { readonly birth: number })[] = [];
  let partitionSlots = new Uint8Array();
  snapshots.restore(snapshot, {
    row: (birth, series, bytes) => void rows.push({ birth, series, bytes }),
    partition(bytes) {
      partitionSlots = Uint8Array.from(bytes);
    },
    clear() {
      rows.length = 0;
    },
  });
  const outputs = { points: [], dead: [], commands: [] };
  return { partition, next, watermark, rows, allRows: () => rows, partitionSlots, fingerprint, ...outputs };
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

/** What state of these settings is written under. */
async function fingerprintOf(pipeline: Pipeline, settings: RunSettings, log: Log): Promise<string> {
  const { decoder, model } = await prepare(settings, log);
  const stop = new AbortController().signal;
  const parts = { pipeline, settings, decoder, model, sink: undefined, deadLetters: undefined, stop };
  const task = await Task.open(0, { ...parts, store: new NoStore() });
  task.close();
  return task.fingerprint;
}
