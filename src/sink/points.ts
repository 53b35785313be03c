/**
 * Points of one measurement as columns: what a frame gives to the sinks.
 *
 * Row i is the point `measurement,series=series[i],…tags field=fields.field[i],… time[i]`. A field that is NaN in a row is
 * left out of that row's point; a row whose fields are all NaN is no point at all. (series, tags, measurement, time) is the
 * identity of a point: one identity is never written with two contents.
 *
 * Where late readings are taken in, forecasts, anomalies and events have the field `revision`: 0 for what is said at first, and a row of a later
 * revision takes the place of the one before. With the label `state: withdrawn` it says that there is none any more. Of alerts see
 * `alertPoints`.
 */
export interface Points {
  /** What they are: the measurement of InfluxDB, the table of SQLite. */
  readonly measurement: 'reading' | 'forecast' | 'anomaly' | 'event' | 'alert';
  /** Rows. */
  readonly length: number;
  /** [length] */
  readonly series: readonly string[];
  /** [length] milliseconds; the event's time, or a forecast's target time. */
  readonly time: Float64Array;
  /** Tags that are the same in every row, e.g. `{ model: 'lstm', h: '06' }`. */
  readonly tags: Readonly<Record<string, string>>;
  /** Names to columns of [length]. */
  readonly fields: Readonly<Record<string, Float64Array>>;
  /** Fields whose value is text and the same in every row. */
  readonly labels?: Readonly<Record<string, string>>;
  /** [length] offset of the record that the row came from; NaN where no record has brought it about, but time. */
  readonly offset: Float64Array;
}

/** Labels of points that take the place of those of an earlier revision, to say that there is none any more. */
export const WITHDRAWN = { state: 'withdrawn' } as const;

/** The tag `kind` of the event that a series has been given up. */
export const EVICTED = 'evicted';

/** Whether points say that there is none any more. */
export function isWithdrawn({ labels }: Pick<Points, 'labels'>): boolean {
  return labels?.['state'] === WITHDRAWN.state;
}

/** The revision of a row: 0 for what is said at first, and where no late readings are taken in. */
export function revisionAt({ fields }: Pick<Points, 'fields'>, row: number): number {
  return fields['revision']?.[row] ?? 0;
}
