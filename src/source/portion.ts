import type { SourceRecord } from './source.ts';

/** Records of a file that are read at a time. */
export interface Portion {
  readonly records: readonly SourceRecord[];
  /** Share of the file that ends with a record, 0 to 1. */
  readonly share: (index: number) => number;
}
