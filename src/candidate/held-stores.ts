import type { StateMeaning } from '../store/meaning.ts';
import type { Commit, Restored, Restoring, Store } from '../store/store.ts';
import { type HeldState, putHeld } from './held-state.ts';

/** Begins a task with a held state, and keeps nothing of what it commits. */
export class HeldStore implements Store {
  readonly name = 'nothing is kept';
  readonly #held: HeldState;

  constructor(held: HeldState) {
    this.#held = held;
  }

  open(_partition: number, _fingerprint: string, into: Restoring): Promise<Restored> {
    putHeld(this.#held, into);
    const { next } = this.#held;
    return Promise.resolve({ next, committed: next, commands: [] });
  }

  async commit(): Promise<void> {}

  async close(): Promise<void> {}
}

/** A run's store, of which a task begins with a held state in place of the one that is there: its first commit writes that, whole. */
export class SucceedingStore implements Store {
  readonly name: string;
  readonly #store: Store;
  readonly #held: HeldState;

  constructor(store: Store, held: HeldState) {
    this.name = store.name;
    this.#store = store;
    this.#held = held;
  }

  open(partition: number, fingerprint: string, into: Restoring, meaning?: StateMeaning): Promise<Restored> {
    this.#store.succeed!(partition, fingerprint, meaning!);
    putHeld(this.#held, into);
    const { next } = this.#held;
    return Promise.resolve({ next, committed: next, commands: [] });
  }

  commit(commit: Commit): Promise<void> {
    return this.#store.commit(commit);
  }

  isOverdue(partition: number): boolean {
    return this.#store.isOverdue?.(partition) === true;
  }

  async close(): Promise<void> {}
}
