import type { LoggedCommand, Promote } from '../command.ts';
import { ForetideError } from '../errors.ts';
import type { Restored, Restoring, Store } from '../store/store.ts';

/** What of a partition is run again. */
export interface RerunRange {
  /** Offset of its first record; null: where the input begins. */
  readonly from: number | null;
  /** The position after its last; Infinity: where the input ends. */
  readonly to: number;
  /** What took effect in it, in order. */
  readonly commands: readonly LoggedCommand[];
  /** That the state was written under; of some stores its beginning alone is known. */
  readonly fingerprint: string;
  /** Gives the state that it begins with, where that is not the very beginning. */
  readonly restore?: ((into: Restoring) => void) | undefined;
  /** Event time, ms: it ends before the first record that is later, if that comes before `to`. Default: none is too late. */
  readonly until?: number;
  /** What lay over the settings of the run at its beginning, where something was promoted before. */
  readonly over?: Promote['over'];
  /** Promotions in it are counted, and nothing else: it is run again with other settings than the run had. Default: they are followed. */
  readonly passesPromotions?: boolean;
}

/** Gives tasks what they begin with, and keeps nothing. */
export class MutedStore implements Store {
  readonly name = 'nothing is kept';
  readonly #ranges: ReadonlyMap<number, RerunRange>;

  constructor(ranges: ReadonlyMap<number, RerunRange>) {
    this.#ranges = ranges;
  }

  open(partition: number, fingerprint: string, into: Restoring): Promise<Restored> {
    const range = this.#ranges.get(partition)!;
    if (!fingerprint.startsWith(range.fingerprint)) {
      throw new ForetideError('STATE_MISMATCH', {
        what: 'The stored state belongs to other settings, another model or another version',
        expected: `fingerprint ${range.fingerprint.slice(0, 12)}`,
        got: fingerprint.slice(0, 12),
        where: `partition ${partition}`,
        todo: 'Verify with the settings and the version that wrote it.',
      });
    }
    range.restore?.(into);
    const { from, to: committed, commands } = range;
    return Promise.resolve({ next: from ?? 0, committed, commands });
  }

  commit(): Promise<void> {
    return Promise.reject(new Error('Nothing is committed when a range is run again'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
