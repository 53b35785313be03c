import { eventsWhere } from './event-columns.ts';
import type { Window } from './history.ts';

/**
 * A window with at most about `rows` rows a column, for a screen that has no more pixels: of every bucket of rows the
 * smallest and the largest value stay, so that a spike is still seen; of anomalies those with the highest scores, of events the newest.
 */
export function thin({ readings, forecasts, anomalies, events }: Window, rows: number): Window {
  const ofReadings = picker(extremes(readings.value, rows));
  const ofAnomalies = picker(highest(anomalies.score, rows));
  return {
    readings: { time: ofReadings(readings.time), value: ofReadings(readings.value) },
    forecasts: forecasts.map(({ h, time, yhat, lo, hi }) => {
      const pick = picker(extremes(yhat, rows));
      return { h, time: pick(time), yhat: pick(yhat), lo: pick(lo), hi: pick(hi) };
    }),
    anomalies: {
      time: ofAnomalies(anomalies.time),
      value: ofAnomalies(anomalies.value),
      score: ofAnomalies(anomalies.score),
      expected: ofAnomalies(anomalies.expected),
      lo: ofAnomalies(anomalies.lo),
      hi: ofAnomalies(anomalies.hi),
    },
    events: eventsWhere(events, (row) => row >= events.time.length - rows),
  };
}

/** The rows of the smallest and largest value of each of `rows / 2` buckets, and the first and last row, ascending. */
function extremes(values: readonly number[], rows: number): number[] | null {
  if (values.length <= rows) return null;
  const buckets = Math.max(1, Math.floor(rows / 2));
  const kept: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * values.length) / buckets);
    const end = Math.floor(((bucket + 1) * values.length) / buckets);
    let low = start;
    let high = start;
    for (let i = start + 1; i < end; i++) {
      if (values[i]! < values[low]!) low = i;
      if (values[i]! > values[high]!) high = i;
    }
    if (bucket === 0 && low > 0 && high > 0) kept.push(0);
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  if (kept.at(-1) !== values.length - 1) kept.push(values.length - 1);
  return kept;
}

/** The rows of the `rows` highest values, ascending. */
function highest(values: readonly number[], rows: number): number[] | null {
  if (values.length <= rows) return null;
  const descending = values.map((_, row) => row).toSorted((a, b) => values[b]! - values[a]!);
  return descending.slice(0, rows).toSorted((a, b) => a - b);
}

/** Takes the given rows of a column; null: the column as it is. */
function picker(rows: readonly number[] | null): (column: number[]) => number[] {
  return rows === null ? (column) => column : (column) => rows.map((row) => column[row]!);
}
