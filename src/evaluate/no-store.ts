import type { Store } from '../store/store.ts';

/** Keeps nothing: an evaluation begins anew each time, and its result is all that is left of it. */
export class NoStore implements Store {
  readonly name = 'nothing';

  open(): Promise<null> {
    return Promise.resolve(null);
  }

  async commit(): Promise<void> {}

  async close(): Promise<void> {}
}
