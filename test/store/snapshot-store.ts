import type { Snapshot, Snapshots } from '../../src/store/snapshots.ts';
import type { Restored, Restoring, Store } from '../../src/store/store.ts';

/** Begins each partition from its newest snapshot that knows nothing later than an instant, or from the beginning; keeps nothing. */
export class SnapshotStore implements Store {
  readonly name = 'snapshots';
  /** Where each partition that was opened has begun; undefined: at the beginning. */
  readonly begun = new Map<number, Snapshot | undefined>();
  readonly #snapshots: Snapshots | undefined;
  readonly #time: number;

  /** @param time ms */
  constructor(snapshots: Snapshots | undefined, time = Infinity) {
    this.#snapshots = snapshots;
    this.#time = time;
  }

  open(partition: number, fingerprint: string, into: Restoring): Promise<Restored | null> {
    const snapshot = this.#snapshots?.before(partition, fingerprint, this.#time);
    this.begun.set(partition, snapshot);
    if (!snapshot) return Promise.resolve(null);
    this.#snapshots!.restore(snapshot, into);
    return Promise.resolve({ next: snapshot.next, committed: snapshot.next, commands: [] });
  }

  async commit(): Promise<void> {}

  async close(): Promise<void> {}
}
