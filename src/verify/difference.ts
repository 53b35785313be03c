/** Where a run and the same run again differ: the first place that was found. */
export interface Difference {
  readonly partition: number;
  /** Of the record that the output came from; null where there was none, or none came again. */
  readonly offset: number | null;
  /** '' where it is of no series. */
  readonly series: string;
  /** Event time, ms; a forecast's target time. Null where it is of none. */
  readonly time: number | null;
  /** What differs: `reading`, `forecast h=06`, `dead letter`, `state`, `archived state`, `digest of the outputs`. */
  readonly what: string;
  /** In which column; '' where it is the whole row. */
  readonly column: string;
  readonly stored: string;
  readonly again: string;
}

/** A value of a column, for people. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (value instanceof Uint8Array) return JSON.stringify(Buffer.from(value).toString().slice(0, 200));
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  return JSON.stringify(value);
}
