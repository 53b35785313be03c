import type { History, SeriesSummary } from './history.ts';

const MINUTE = 60_000;
const CENTURY = 100 * 365 * 24 * 60 * MINUTE;

/** Event time of a series' newest reading but `count - 1`, or of the oldest that the history holds, by ever wider windows. */
export function lookback(history: History, { name, lastTime }: SeriesSummary, count: number): number {
  let time: readonly number[] = [];
  for (let span = MINUTE; time.length < count && span <= CENTURY; span *= 8) {
    time = history.window(name, lastTime - span, lastTime).readings.time;
  }
  return time[Math.max(0, time.length - count)] ?? lastTime;
}
