import type { LoggedCommand } from '../command.ts';
import type { RangeDigest } from '../digest/range-digest.ts';
import type { DeadLetter } from '../frame.ts';
import type { Points } from '../sink/points.ts';
import type { StateMeaning } from './meaning.ts';

/** One row of Memory as bytes: a series' state. */
export interface StateRow {
  /** Its name; in a partition there is none other of it. */
  readonly series: string;
  /** All its slots, one after the other. */
  readonly bytes: Uint8Array;
}

/** What takes in the committed state: an empty Memory. The bytes are copied. */
export interface Restoring {
  /** `birth` is the series' number; rows may come in any order, one of a series that comes again replaces the one before. */
  row(birth: number, series: string, bytes: Uint8Array): void;
  /** The row of a series that has left, as it was then. */
  archived(series: string, bytes: Uint8Array): void;
  /** What was given of a series is not there any more: its row, or what was archived. Nothing where nothing was given. */
  forget(kind: 'series' | 'archive', series: string): void;
  /** The partition's own slots. */
  partition(bytes: Uint8Array): void;
  /** Forgets all that was given. */
  clear(): void;
}

/** Where a partition goes on. */
export interface Restored {
  /** The offset to go on from. */
  readonly next: number;
  /**
   * Everything before this offset has been committed, outputs too: records from `next` up to here only bring the state up to date. `next` itself
   * where each commit keeps the whole state.
   */
  readonly committed: number;
  /** What took effect between `next` and `committed`, in order: to be done again in its place. */
  readonly commands: readonly LoggedCommand[];
}

/** What has become of series that leave: see `Memory.evict`. */
export interface Evictions {
  /** Series of the commit before that are not there any more. */
  readonly gone: readonly string[];
  /** Bytes of a row. */
  readonly rowBytes: number;
  /** Rows of series that have left since, and are kept. */
  readonly archived: Iterable<StateRow>;
  /** Series that are back, or gone for good: what was archived of them is not any more. */
  readonly returned: readonly string[];
  /** All that are kept. */
  readonly allArchived: () => Iterable<StateRow>;
}

/** Everything that becomes durable together. */
export interface Commit {
  /** Of the source, from 0. */
  readonly partition: number;
  /** The offset to go on from. */
  readonly next: number;
  /**
   * Changed rows. `birth` is the series' number in the order in which they came, which no other series ever gets. The bytes are a view, to be copied
   * before anything is awaited: memory may grow meanwhile.
   */
  readonly rows: Iterable<StateRow & { readonly birth: number }>;
  /** All rows. */
  readonly allRows: () => Iterable<StateRow & { readonly birth: number }>;
  /** Undefined where no series ever leaves. */
  readonly evictions?: Evictions | undefined;
  /** The partition's own slots, as `Restoring.partition` takes them. */
  readonly partitionSlots: Uint8Array;
  /** Outputs that belong into the transaction; empty when a sink has taken them. */
  readonly points: readonly Points[];
  /** What was set aside since the commit before. */
  readonly dead: readonly DeadLetter[];
  /** What took effect since the commit before, in order. */
  readonly commands: readonly LoggedCommand[];
  /** Newest event time seen by this partition, ms. */
  readonly watermark: number;
  /** The one that the partition was opened with. */
  readonly fingerprint: string;
  /** Sums over all outputs until `next`, to be kept where they can be read; the state has them as well. Undefined: none are asked for. */
  readonly digest?: RangeDigest | undefined;
}

/** Makes {changed rows, position, transactional outputs, dead letters} durable in ONE atomic commit. */
export interface Store {
  /** For messages: `sqlite .foretide/live-forecast.db`. */
  readonly name: string;
  /**
   * Finds what was committed of a partition, and holds it from then on against others who have it open.
   *
   * @param fingerprint of layout, model, settings and arithmetic: state written under another one is refused, or what the store's settings say
   * @param into is given the committed state
   * @param meaning what the fingerprint is made of; it is kept with the first commit under it. Left out: nothing is, and nothing can be migrated
   * @returns where to go on; null when nothing was ever committed
   * @throws ForetideError STATE_MISMATCH, STATE_CORRUPT; PromotedError where a promotion has put other settings over those of this fingerprint
   */
  open(
    partition: number,
    fingerprint: string,
    into: Restoring,
    meaning?: StateMeaning,
  ): Promise<Restored | null>;
  /**
   * From the next commit on an open partition is kept under another fingerprint: that commit writes the whole state in place of the one that is there. Until
   * it has taken effect the state of before is the partition's. Left out: nothing can be promoted.
   */
  succeed?(partition: number, fingerprint: string, meaning: StateMeaning): void;
  /** Resolves when durable; after an error nothing of it is. */
  commit(commit: Commit): Promise<void>;
  /** Whether what is kept of an open partition should be brought up to date though nothing has come: by a commit of the same position. */
  isOverdue?(partition: number): boolean;
  /** Lets go of files and connections. Nothing is committed after it. */
  close(): Promise<void>;
}
