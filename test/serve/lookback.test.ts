import { expect, test } from 'vitest';
import { lookback } from '../../src/serve/lookback.ts';
import { RecentHistory } from '../../src/serve/recent.ts';
import { readings } from './points.ts';

const HOUR = 3_600_000;

function hourly(count: number): RecentHistory {
  const history = new RecentHistory({ points: 5000, series: 1 });
  for (let i = 0; i < count; i++) history.add([readings(['a', i * HOUR, i])]);
  return history;
}

test('finds where the newest readings begin', () => {
  const history = hourly(1000);
  const [summary] = history.series();
  expect(lookback(history, summary!, 1)).toBe(999 * HOUR);
  expect(lookback(history, summary!, 168)).toBe(832 * HOUR);
});

test('of a history with fewer it is the oldest', () => {
  const history = hourly(5);
  expect(lookback(history, [...history.series()][0]!, 168)).toBe(0);
});
