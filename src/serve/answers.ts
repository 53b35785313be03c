import type { FanColumns, SeriesSummary, Window } from './history.ts';
import type { Quality } from './quality.ts';
import type { Standing } from './standing.ts';

/** One series of `/api/series`. */
export interface SeriesItem {
  readonly summary: SeriesSummary;
  readonly standing: Standing;
  /** MAE over all horizons divided by that of repeating the last value; null where it is not known. */
  readonly error: number | null;
  /** The newest values, oldest first; empty where the history gives none. */
  readonly tail: readonly number[];
  /** What is forecast next; empty where the history gives none. */
  readonly fan: FanColumns;
}

/** What `/api/series` answers. */
export interface SeriesList {
  /** All series, how many of them have anomalies, and the anomalies in all of them. */
  readonly total: number;
  readonly withAnomalies: number;
  readonly anomalies: number;
  /** How many of all stand how. */
  readonly standings: Readonly<Record<Standing, number>>;
  /** How many series match the query; `series` has those of them from place `offset` on. */
  readonly matching: number;
  readonly offset: number;
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
  /** How the forecasts of one horizon have done in the window: of the one that is asked for, else of the middle one; null before any has come due. */
  readonly quality: Quality | null;
}
