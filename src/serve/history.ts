/** One series as the list of series shows it. */
export interface SeriesSummary {
  readonly name: string;
  /** Readings seen since the history began; more than it may still hold. */
  readonly readings: number;
  /** Event time of the newest reading, milliseconds since 1970-01-01T00:00Z. */
  readonly lastTime: number;
  readonly lastValue: number;
  /** Anomalies seen since the history began. */
  readonly anomalies: number;
  /** Event time of the newest anomaly, null where there is none. */
  readonly lastAnomaly: number | null;
  /** The usual distance between two readings, ms; null before the second. */
  readonly step: number | null;
  /** How much older its newest reading is than the newest of its partition, ms. */
  readonly behind: number;
}

/** Readings as columns of equal length, ascending in time. */
export interface ReadingColumns {
  readonly time: number[];
  readonly value: number[];
}

/** Forecasts of one horizon as columns of equal length, ascending in target time. */
export interface ForecastColumns {
  /** The horizon as it is tagged, e.g. `06`. */
  readonly h: string;
  /** Target times: when the forecast value is expected. */
  readonly time: number[];
  readonly yhat: number[];
  readonly lo: number[];
  readonly hi: number[];
}

/** Anomalies as columns of equal length, ascending in time. */
export interface AnomalyColumns {
  readonly time: number[];
  readonly value: number[];
  readonly score: number[];
  /** What had been forecast for that time, with its band. */
  readonly expected: number[];
  readonly lo: number[];
  readonly hi: number[];
}

/** What happened to the forecasts, as columns of equal length, ascending in time. */
export interface EventColumns {
  readonly time: number[];
  /** `drift-up`, `coverage-low`, …: see `EventKind`. */
  readonly kind: string[];
  /** The horizon as it is tagged, e.g. `06`. */
  readonly h: string[];
  readonly value: number[];
  readonly expected: number[];
}

/** What happened to one series in a stretch of time. */
export interface Window {
  readonly readings: ReadingColumns;
  readonly forecasts: readonly ForecastColumns[];
  readonly anomalies: AnomalyColumns;
  readonly events: EventColumns;
}

/** The newest forecast of each horizon that lies beyond the newest reading, ascending in target time: the fan of what is to come. */
export interface FanColumns {
  readonly time: number[];
  readonly yhat: number[];
  readonly lo: number[];
  readonly hi: number[];
}

/** What the page reads the past from: a store's tables, or the newest points in memory. */
export interface History {
  /** How many series have a reading. */
  readonly size: number;
  /** How many series have left the list since the beginning; without it none ever does. */
  readonly left?: number;
  /**
   * Every series that has a reading; the order stays as it is but for those that leave, and new ones come last. May be walked in pieces while points
   * are added: what leaves meanwhile is still told of.
   */
  series(): Iterable<SeriesSummary>;
  /** Undefined of an unknown series. */
  summary(name: string): SeriesSummary | undefined;
  /** Points with `from <= time <= to` (milliseconds); of an unknown series: none. */
  window(series: string, from: number, to: number): Window;
  /** The newest `count` values, oldest first, for the small line beside a series' name; without it there is none. */
  tail?(series: string, count: number): readonly number[];
  /** What is forecast beyond its newest reading, for the same line. */
  fan?(series: string): FanColumns;
}
