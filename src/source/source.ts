import type { Command } from '../command.ts';

/** One record as it came: a Kafka message, a line of a file. */
export interface SourceRecord {
  /** Position in its partition, counted up by the source; an integer below 2^53. */
  readonly offset: number;
  /** The bytes of its key; null where it has none. */
  readonly key: Uint8Array | null;
  /** The original bytes. */
  readonly value: Uint8Array | null;
  /** The cells of a CSV row, where the source has already split it. */
  readonly cells?: readonly string[];
}

/** Some records of one partition, in order. */
export interface Batch {
  /** Of the source, from 0. */
  readonly partition: number;
  /** By offset, ascending; there may be none, where only the position moves. */
  readonly records: readonly SourceRecord[];
  /** The position after this batch: the offset that a restart goes on from once this batch is committed. */
  readonly next: number;
  /** In place of records: what takes effect before the next one. Sources give none. */
  readonly command?: Command;
}

/** What a source asks of the run. All calls are awaited: that IS the backpressure. */
export interface SourceHandler {
  /** A partition is ours: makes its task ready and resolves to the offset to go on from (null: from the beginning). */
  open(partition: number): Promise<number | null>;
  /** Resolves when the batch has been taken in (not: committed). */
  handle(batch: Batch): Promise<void>;
  /** Everything of the partition has been handed over, and nothing more comes of it. Of a live source: never. */
  end?(partition: number): Promise<void>;
  /**
   * Of a handler that lets partitions wait for one another: the most records that a batch may have just now. Sources of history hand each
   * partition over by itself then; else partitions take turns.
   */
  merges?(): number;
  /** A partition may be another's by now, and `handle` is awaited before that is settled: what takes long is to be given up. */
  doubt?(partition: number): void;
  /** A partition is no longer ours, or its work is to be done again: what is uncommitted is dropped. */
  lose(partition: number): Promise<void>;
  /** The source is about to give its partitions away, orderly: commits what is pending of all of them. */
  drain?(): Promise<void>;
  /** The store has committed up to here; sources that keep offsets of their own for tooling are told by this. */
  onCommitted?: (listener: (partition: number, next: number) => void) => void;
  /** What had come of a partition could not be committed; it takes nothing more until it is opened again. */
  onBroken?: (listener: (partition: number, error: unknown) => void) => void;
}

/** What lies ahead in a partition. */
export interface Ahead {
  /** The offset of what is handed over next. */
  readonly next: number;
  /** The offset that the next record which is appended will have. */
  readonly end: number;
}

/** A place in a partition. */
export interface SourcePlace {
  /** The offset of the record that comes next. */
  readonly next: number;
  /** Newest event time before, ms. */
  readonly watermark: number;
}

/** Where readings come from. One instance serves one run. */
export interface Source {
  /** For messages: `kafka readings`, `file weather.csv`. */
  readonly name: string;
  /** Reaches what it needs and says what it found, one line each; throws a ForetideError that says what is wrong. */
  check(): Promise<readonly string[]>;
  /**
   * Hands over every partition's records in order until the source ends (a file) or `stop` is aborted.
   *
   * 1. Calls `open` once for each partition before its first batch, and starts at the position it gives.
   * 2. Never has two calls of one partition under way at once.
   * 3. An error of the handler ends the run with that error.
   */
  run(handler: SourceHandler, stop: AbortSignal): Promise<void>;
  /** Share of the whole that has been handed over, 0 to 1; undefined for a source without an end. */
  progress?(): number | undefined;
  /** Before `run`: says where the whole begins that `progress` is a share of, by partition; default: with all that there is. */
  begins?(places: ReadonlyMap<number, SourcePlace>): void;
  /** From the first event time of the whole to the last, ms; reads all of it. Left out by sources that cannot tell. */
  span?(stop: AbortSignal): Promise<number>;
  /**
   * Of each partition that is ours what is handed over next, and its end as it was heard of last; one of which nothing was heard is left out. May ask
   * for newer ends, for the next call. Left out by sources without such ends.
   */
  ahead?(): ReadonlyMap<number, Ahead>;
  /**
   * The partitions of which everything there is at this moment has been handed over, each with the position after it. Of a source that has
   * an end, or cannot tell: none.
   */
  exhausted?(): Promise<ReadonlyMap<number, number>>;
}
