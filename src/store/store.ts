import type { DeadLetter } from '../frame.ts';
import type { Points } from '../sink/points.ts';

/** One row of Memory as bytes: a series' state. */
export interface StateRow {
  readonly series: string;
  readonly bytes: Uint8Array;
}

/** What a task finds when it opens. */
export interface Restored {
  /** The offset to go on from; null when nothing was ever committed. */
  readonly next: number | null;
  /** In the order in which the series were born. */
  readonly rows: Iterable<StateRow>;
  /** The partition's own slots; null when nothing was ever committed. */
  readonly partition: Uint8Array | null;
}

/** Everything that becomes durable together. */
export interface Commit {
  readonly partition: number;
  /** The offset to go on from. */
  readonly next: number;
  /** Changed rows. `birth` is the row's number in Memory: its place in the order of birth. */
  readonly rows: Iterable<StateRow & { readonly birth: number }>;
  readonly partitionSlots: Uint8Array;
  /** Outputs that belong into the transaction; empty when a sink has taken them. */
  readonly points: readonly Points[];
  readonly dead: readonly DeadLetter[];
  /** Newest event time seen by this partition, ms. */
  readonly watermark: number;
  /** The one that the partition was opened with. */
  readonly fingerprint: string;
}

/** Makes {changed rows, position, transactional outputs, dead letters} durable in ONE atomic commit. */
export interface Store {
  readonly name: string;
  /**
   * @param fingerprint of layout, model, settings and arithmetic: state written under another one is refused.
   * @throws ForetideError STATE_MISMATCH, STATE_CORRUPT
   */
  open(partition: number, fingerprint: string): Promise<Restored>;
  /** Resolves when durable; after an error nothing of it is. */
  commit(commit: Commit): Promise<void>;
  close(): Promise<void>;
}
