import { expect, test } from 'vitest';
import type { SeriesSummary } from '../../src/serve/history.ts';
import { standingOf } from '../../src/serve/standing.ts';

const summary: SeriesSummary = {
  name: 'a',
  readings: 100,
  lastTime: 1000,
  lastValue: 1,
  anomalies: 0,
  lastAnomaly: null,
  step: 10,
  behind: 0,
};

test.each([
  ['fine', summary, NaN, false],
  ['fine', summary, 1.02, false],
  ['worse', summary, 1.03, false],
  ['anomalous', { ...summary, lastAnomaly: 971 }, NaN, false],
  ['fine', { ...summary, lastAnomaly: 970 }, NaN, false],
  ['anomalous', { ...summary, lastAnomaly: 1000, step: null }, NaN, false],
  ['silent', { ...summary, behind: 51 }, 2, false],
  ['fine', { ...summary, behind: 50 }, 0.5, false],
  // two readings say nothing of the usual distance
  ['fine', { ...summary, behind: 51, readings: 9 }, NaN, false],
  ['anomalous', { ...summary, behind: 51 }, NaN, true],
] as const)('%s: %j, error %d, alert %j', (standing, of, error, hasAlert) => {
  expect(standingOf(of, error, hasAlert)).toBe(standing);
});
