import type { SeriesSummary, Window } from './history.ts';

/** One series of `/api/series`. */
export interface SeriesItem {
  readonly summary: SeriesSummary;
  /** The newest values, oldest first; empty where the history gives none. */
  readonly tail: readonly number[];
}

/** What `/api/series` answers. */
export interface SeriesList {
  /** All series, how many of them have anomalies, and the anomalies in all of them. */
  readonly total: number;
  readonly withAnomalies: number;
  readonly anomalies: number;
  /** How many series match the query; `series` has the first of these. */
  readonly matching: number;
  readonly series: readonly SeriesItem[];
}

/** What `/api/history` answers. */
export interface SeriesWindow extends Window {
  readonly series: string;
  /** Event time of the newest reading, whether or not it lies in the window. */
  readonly newest: number;
  /** The usual distance between two readings in milliseconds, null when unknown. */
  readonly step: number | null;
  /** Every horizon that has forecasts, ascending. */
  readonly horizons: readonly string[];
  /** Whether rows were left out because there are more than the chart has room for. */
  readonly thinned: boolean;
}
