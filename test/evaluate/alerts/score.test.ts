import { describe, expect, test } from 'vitest';
import type { AlertRules } from '../../../src/alert/machine.ts';
import { outcomesOf, raiseFor, scoreAlerts } from '../../../src/evaluate/alerts/score.ts';
import { firings, type WatchedSeries } from '../../../src/evaluate/alerts/watch.ts';

const DAY = 86_400_000;
const watched = (series: string, oddness: readonly number[], step = DAY): WatchedSeries => ({
  series,
  partition: 0,
  time: oddness.map((_, i) => 1e12 + i * step),
  oddness: [...oddness],
  turns: [],
});
const RULES: AlertRules = {
  raise: 0.5,
  clear: 0.2,
  holdFor: 0,
  clearFor: 0,
  cooldown: 0,
  warmUp: 0,
  flaps: 1000,
  flapWithin: 1,
};

describe('alerts are held against labelled windows', () => {
  const at = (day: number): number => 1e12 + day * DAY;
  const one = {
    watched: watched('a', Array<number>(31).fill(0)),
    windows: [
      { from: at(5), to: at(8) },
      { from: at(20), to: at(21) },
    ],
  };

  test('found ones, missed ones, alerts outside, and how long it took', () => {
    const cases = [
      { ...one, alerts: [at(1), at(7), at(8), at(12)] },
      {
        watched: watched('b', Array<number>(31).fill(0)),
        windows: [{ from: at(3), to: at(9) }],
        alerts: [at(3)],
      },
    ];
    expect(scoreAlerts(cases)).toEqual({
      series: 2,
      days: 60,
      alerts: 5,
      perSeriesAndMonth: 2.5,
      windows: 3,
      found: 2,
      outside: 2,
      precision: 0.6,
      recall: 2 / 3,
      timeToDetection: 2 * DAY,
    });
    expect(outcomesOf(cases).map(({ series, alertAt }) => [series, alertAt])).toEqual([
      ['a', at(7)],
      ['a', null],
      ['b', at(3)],
    ]);
  });

  test('without labels there is a number of alerts, and neither precision nor recall', () => {
    expect(scoreAlerts([{ ...one, windows: [], alerts: [at(1)] }])).toMatchObject({
      alerts: 1,
      precision: null,
      recall: null,
      timeToDetection: null,
    });
  });
});

describe('a budget', () => {
  const scores = Array.from({ length: 701 }, (_, i) => (i % 100 === 50 ? 0.5 + i / 2000 : 0));

  test('is kept by the least threshold that keeps it', () => {
    const series = watched('a', scores);
    expect(firings(series, RULES).length).toBe(7);
    // 100 weeks of one series: 100 a week and 100 series are all, 3 are three of them
    expect(raiseFor([series], RULES, 100)).toBe(RULES.clear);
    const raise = raiseFor([series], RULES, 3)!;
    expect(firings(series, { ...RULES, raise }).length).toBe(3);
    expect(firings(series, { ...RULES, raise: raise - 0.01 }).length).toBeGreaterThan(3);
    expect(
      raiseFor(
        [
          watched(
            'a',
            Array.from(scores, (_, i) => i % 2),
          ),
        ],
        RULES,
        1,
      ),
    ).toBeNull();
  });
});
