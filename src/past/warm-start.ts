import type { RunSettings } from '../config/run-settings.ts';
import type { LoggedCommand } from '../command.ts';
import type { Log } from '../log.ts';
import type { Pipeline } from '../pipeline.ts';
import { storePlace } from '../run/stores.ts';
import type { Snapshot } from '../store/snapshots.ts';
import { SqliteStore } from '../store/sqlite.ts';
import type { Commit, StateRow } from '../store/store.ts';
import { findSnapshots, fingerprintOf, type FoundSnapshots } from './found-snapshots.ts';
import { snapshotsOf } from './snapshots-of.ts';
import { type Beginning, offsetsAt, statesAt } from './states-at.ts';

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
  const snapshots = snapshotsOf(pipeline.name, live, storePlace(pipeline.name, live));
  if (!snapshots) return new Map();
  try {
    const offsets = live.input.kind === 'kafka' ? await offsetsAt(live.input, from, log) : undefined;
    const found = await findSnapshots(snapshots, { pipeline, settings: live, from, offsets, log });
    const states = Array.from(found.of.values(), (snapshot) => stateOf(snapshot, found));
    await putStates({ pipeline, settings, states, log });
    return found.of;
  } finally {
    snapshots.close();
  }
}

export interface WarmStatesParts {
  readonly pipeline: Pipeline;
  /** With the range. */
  readonly live: RunSettings;
  /** Without it: of the run that took the snapshots. */
  readonly own: RunSettings;
  /** All that took effect in that run, by partition. */
  readonly commands: ReadonlyMap<number, readonly LoggedCommand[]> | undefined;
  readonly log: Log;
}

/** The states of all partitions where a range begins, by way of the nearest snapshots; none where there is no snapshot of these settings before. */
export async function warmStates({
  pipeline,
  live,
  own,
  commands,
  log,
}: WarmStatesParts): Promise<readonly Beginning[]> {
  const { from } = live.input;
  const opened = snapshotsOf(pipeline.name, own, storePlace(pipeline.name, own));
  if (!opened) return [];
  try {
    if (typeof from !== 'number') return [];
    const offsets = own.input.kind === 'kafka' ? await offsetsAt(own.input, from, log) : undefined;
    const snapshots = await findSnapshots(opened, { pipeline, settings: own, from, offsets, log });
    if (snapshots.of.size === 0) return [];
    const states = await statesAt({ pipeline, settings: own, from, snapshots, commands, log });
    return [...states.values()].toSorted((a, b) => a.partition - b.partition);
  } finally {
    opened.close();
  }
}

export interface BegunParts {
  readonly pipeline: Pipeline;
  /** Of what is to begin, in a SQLite file that holds nothing yet. */
  readonly settings: RunSettings;
  readonly states: Iterable<Omit<Beginning, 'snapshot'>>;
  readonly log: Log;
}

/** Puts states into an empty store, as if a run had come so far. */
export async function putStates({ pipeline, settings, states, log }: BegunParts): Promise<void> {
  const fingerprint = await fingerprintOf(pipeline, settings, log);
  const store = new SqliteStore(settings.store.path!, settings.store);
  try {
    for (const state of states) await store.commit(commitOf(state, fingerprint));
  } finally {
    await store.close();
  }
}

/** A commit that makes a state what a store holds, and nothing else. */
function commitOf(
  { partition, next, watermark, rows, archived, slots: partitionSlots }: Omit<Beginning, 'snapshot'>,
  fingerprint: string,
): Commit {
  const evictions = { gone: [], rowBytes: 0, archived, returned: [], allArchived: () => archived };
  const state = { rows, allRows: () => rows, partitionSlots, ...(archived.length > 0 && { evictions }) };
  const outputs = { points: [], dead: [], commands: [] };
  return { partition, next, watermark, fingerprint, ...state, ...outputs };
}

function stateOf(snapshot: Snapshot, snapshots: FoundSnapshots): Omit<Beginning, 'snapshot'> {
  const { partition, next, watermark } = snapshot;
  const rows: (StateRow & { readonly birth: number })[] = [];
  const archived: StateRow[] = [];
  let slots = new Uint8Array();
  snapshots.restore(snapshot, {
    row: (birth, series, bytes) => void rows.push({ birth, series, bytes }),
    archived: (series, bytes) => void archived.push({ series, bytes }),
    forget: () => undefined,
    partition(bytes) {
      slots = Uint8Array.from(bytes);
    },
    clear() {
      rows.length = 0;
      archived.length = 0;
    },
  });
  return { partition, next, watermark, rows, archived, slots };
}
