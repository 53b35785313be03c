import type { RangeDigest } from './range-digest.ts';

/** What came of a range of one partition. */
export interface PartitionDigest extends RangeDigest {
  readonly partition: number;
  /** SHA-256 of the state at its end, 64 hexadecimal digits: see `stateDigest`. Null while the run goes on. */
  readonly state: string | null;
}
