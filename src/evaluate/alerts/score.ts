import type { AlertRules } from '../../alert/machine.ts';
import type { LabelledWindow } from './labels.ts';
import { firings, type WatchedSeries } from './watch.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;

/** How the alerts of one or more series did. */
export interface AlertScores {
  readonly series: number;
  /** Days of all series together. */
  readonly days: number;
  readonly alerts: number;
  readonly perSeriesAndMonth: number | null;
  /** Windows that were labelled, and those that an alert fell into. */
  readonly windows: number;
  readonly found: number;
  /** Alerts that fell into no window. */
  readonly outside: number;
  /** Share of the alerts that fell into a window; of none null, as all where nothing was labelled. */
  readonly precision: number | null;
  /** Share of the windows that an alert fell into. */
  readonly recall: number | null;
  /** Median time from the beginning of a window to its first alert, ms. */
  readonly timeToDetection: number | null;
}

/** A labelled window and what became of it. */
export interface WindowOutcome extends LabelledWindow {
  readonly series: string;
  /** Time of the first alert in it; null where there was none. */
  readonly alertAt: number | null;
}

/** What is held against what. */
export interface AlertCase {
  readonly watched: WatchedSeries;
  readonly windows: readonly LabelledWindow[];
  /** Times of its alerts, ms. */
  readonly alerts: readonly number[];
}

/** What became of every window. */
export function outcomesOf(cases: readonly AlertCase[]): WindowOutcome[] {
  return cases.flatMap(({ watched: { series }, windows, alerts }) =>
    windows.map((window) => ({
      ...window,
      series,
      alertAt: alerts.find((at) => at >= window.from && at <= window.to) ?? null,
    })),
  );
}

export function scoreAlerts(cases: readonly AlertCase[]): AlertScores {
  const outcomes = outcomesOf(cases);
  const isLabelled = outcomes.length > 0;
  const alerts = cases.reduce((sum, one) => sum + one.alerts.length, 0);
  const outside = cases.reduce(
    (sum, { windows, alerts: times }) =>
      sum + times.filter((at) => !windows.some(({ from, to }) => at >= from && at <= to)).length,
    0,
  );
  const delays = outcomes.flatMap(({ from, alertAt }) => (alertAt === null ? [] : [alertAt - from]));
  const days = cases.reduce((sum, { watched }) => sum + spanOf(watched), 0) / DAY;
  return {
    series: cases.length,
    days,
    alerts,
    perSeriesAndMonth: days > 0 ? (alerts / days) * 30 : null,
    windows: outcomes.length,
    found: delays.length,
    outside,
    precision: isLabelled && alerts > 0 ? 1 - outside / alerts : null,
    recall: isLabelled ? delays.length / outcomes.length : null,
    timeToDetection: delays.length > 0 ? delays.toSorted((a, b) => a - b)[delays.length >> 1]! : null,
  };
}

function spanOf({ time }: WatchedSeries): number {
  return time.length > 0 ? time.at(-1)! - time[0]! : 0;
}

/** Thresholds that are tried for a budget. */
const STEP = 0.01;

/**
 * The least `raise` with which there would have been no more than so many alerts a week and 100 series; null where even 1 gives more.
 *
 * @param rules all others of which stay as they are
 */
export function raiseFor(
  watched: readonly WatchedSeries[],
  rules: AlertRules,
  perWeekAnd100: number,
): number | null {
  const weeks = watched.reduce((sum, one) => sum + spanOf(one), 0) / WEEK;
  const allowed = (perWeekAnd100 * weeks) / 100;
  let [low, high] = [Math.round(rules.clear / STEP), Math.round(1 / STEP)];
  const alertsAt = (raise: number): number =>
    watched.reduce((sum, one) => sum + firings(one, { ...rules, raise }).length, 0);
  if (alertsAt(1) > allowed) return null;
  // fewer alerts the higher it is, but for those that a longer one had swallowed: the least from which on it holds
  while (low < high) {
    const middle = (low + high) >> 1;
    if (alertsAt(middle * STEP) <= allowed) high = middle;
    else low = middle + 1;
  }
  return Math.round(high) / Math.round(1 / STEP);
}
