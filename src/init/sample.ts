import type { SourceRecord } from '../source/source.ts';
import type { DataFormat } from './asked.ts';

/** Records that follow one another in a file or a partition. */
export type Stretch = readonly SourceRecord[];

/** A bounded part of the data, as it came. */
export interface Sample {
  /** For people: `plant.csv`, `topic readings`. */
  readonly origin: string;
  /** What the one series is called where nothing in the data names it. */
  readonly name: string;
  /** Places that hold records of their own: files, partitions. */
  readonly parts: number;
  readonly format: DataFormat;
  readonly stretches: readonly Stretch[];
  /** Whether it is all of the data. */
  readonly isWhole: boolean;
  /** Names of the columns of a table, in order. */
  readonly columns?: readonly string[];
  /** Whether a table begins with these names, so that settings need not have them. */
  readonly hasHeader?: boolean;
  readonly delimiter?: string;
  /** Columns of Parquet that say themselves that they are times. */
  readonly timeColumns?: ReadonlySet<string>;
  /** Whether a database says what series, times and values are, so that `decode` needs no setting. */
  readonly isArchive?: boolean;
  /** The section `input` of the settings, but for `decode`. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** Records that are looked at, at most: some more where there are many files or partitions. */
export const MOST_RECORDS = 20_000;
/** Of each of several files or partitions at least so many. */
export const LEAST_OF_EACH = 1000;
