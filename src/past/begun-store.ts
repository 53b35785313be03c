import type { Restored, Restoring, Store } from '../store/store.ts';
import type { Beginning } from './states-at.ts';

/** Gives tasks the states that they begin with, and keeps nothing; partitions without one begin empty. */
export class BegunStore implements Store {
  readonly name = 'nothing is kept';
  readonly #states: ReadonlyMap<number, Beginning>;

  constructor(states: ReadonlyMap<number, Beginning>) {
    this.#states = states;
  }

  open(partition: number, _fingerprint: string, into: Restoring): Promise<Restored | null> {
    const state = this.#states.get(partition);
    if (!state) return Promise.resolve(null);
    const { next, rows, archived, slots } = state;
    for (const { birth, series, bytes } of rows) into.row(birth, series, bytes);
    for (const { series, bytes } of archived) into.archived(series, bytes);
    into.partition(slots);
    return Promise.resolve({ next, committed: next, commands: [] });
  }

  async commit(): Promise<void> {}

  async close(): Promise<void> {}
}
