import type { RunSettings } from '../config/run-settings.ts';
import { NoStore } from '../evaluate/no-store.ts';
import type { Log } from '../log.ts';
import type { Pipeline } from '../pipeline.ts';
import { prepare } from '../run/prepare.ts';
import { Task } from '../run/task.ts';
import type { Snapshot, Snapshots } from '../store/snapshots.ts';
import type { Restoring } from '../store/store.ts';

/** The snapshots that a range of history may begin from. */
export interface FoundSnapshots {
  /** By partition; partitions without one are left out. */
  readonly of: ReadonlyMap<number, Snapshot>;
  /** Takes one into an empty Memory. */
  restore(snapshot: Snapshot, into: Restoring): void;
}

export interface FindParts {
  readonly pipeline: Pipeline;
  /** Of what is to begin from them, without the range. */
  readonly settings: RunSettings;
  /** Event time that they know nothing from, ms. */
  readonly from: number;
  /** Offsets that they do not stand behind, by partition; default: none. */
  readonly offsets?: ReadonlyMap<number, number> | undefined;
  readonly log: Log;
}

/** The nearest snapshot of each partition before a range begins, of those that were taken under these very settings. */
export async function findSnapshots(
  snapshots: Snapshots,
  { pipeline, settings, from, offsets, log }: FindParts,
): Promise<FoundSnapshots> {
  const fingerprint = await fingerprintOf(pipeline, settings, log);
  const found = new Map<number, Snapshot>();
  for (const partition of snapshots.partitions()) {
    const snapshot = snapshots.before(partition, fingerprint, from - 1, offsets?.get(partition));
    if (snapshot) found.set(partition, snapshot);
  }
  return { of: found, restore: (snapshot, into) => snapshots.restore(snapshot, into) };
}

/** What state of these settings is written under. */
export async function fingerprintOf(pipeline: Pipeline, settings: RunSettings, log: Log): Promise<string> {
  const { decoder, model, sink, deadLetters } = await prepare(settings, log);
  const stop = new AbortController().signal;
  const parts = { pipeline, settings, decoder, model, sink: undefined, deadLetters: undefined, stop };
  const task = await Task.open(0, { ...parts, store: new NoStore() });
  task.close();
  await sink?.close();
  await deadLetters?.close();
  return task.fingerprint;
}
