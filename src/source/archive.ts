/** One reading of the past, as it is kept. */
export interface ArchivedReading {
  readonly series: string;
  /** ms since 1970, fractions to the microsecond. */
  readonly time: number;
  /** What is no number is told as it is: the decoder refuses it. */
  readonly value: number | string | boolean;
}

/** First and last event time of what an archive holds, ms; both inclusive. */
export interface Extent {
  readonly first: number;
  readonly last: number;
}

/**
 * Readings of the past of one partition that can be asked for by event time: a file of an earlier run, a range of a database.
 *
 * All stretches are [from, to) in ms; what the settings exclude is in none.
 */
export interface Archive {
  /** For messages: `sqlite a.db, partition 0`. */
  readonly name: string;
  readonly partition: number;
  /** Undefined where it holds nothing. */
  extent(): Promise<Extent | undefined>;
  count(from: number, to: number): Promise<number>;
  /** Event time of the first reading; undefined where there is none. */
  first(from: number, to: number): Promise<number | undefined>;
  /** All readings, by time and then by the bytes of the series' name: the same ones always in the same order. */
  read(from: number, to: number): Promise<readonly ArchivedReading[]>;
}
