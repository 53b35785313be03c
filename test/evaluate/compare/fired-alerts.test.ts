import { expect, test } from 'vitest';
import type { AlertTurn } from '../../../src/alert/turn.ts';
import { ALERT_NUMBERS } from '../../../src/alert/turn.ts';
import { FiredAlerts, hasLike } from '../../../src/evaluate/compare/fired-alerts.ts';
import type { Frame } from '../../../src/frame.ts';

const turn = (name: AlertTurn['turn'], series: string, since: number, time: number, isMuted = false) =>
  ({
    ...Object.fromEntries(ALERT_NUMBERS.map((number) => [number, NaN])),
    score: 0.7,
    peak: 0.8,
    turn: name,
    series,
    since,
    time,
    severity: 'warning',
    reason: 'surprise',
    channel: '',
    isMuted,
    labels: {},
    offset: 0,
  }) as unknown as AlertTurn;

function fired(...turns: readonly AlertTurn[]): FiredAlerts {
  const alerts = new FiredAlerts();
  for (const each of turns) alerts.take(0, { alerts: [each] } as unknown as Frame);
  return alerts;
}

test('an alert is there from when it fired, and was told, until it is over', () => {
  const { all, sees } = fired(
    turn('pending', 's', 1, 1),
    turn('firing', 's', 1, 3),
    turn('firing', 't', 2, 2),
    turn('resolved', 's', 1, 9),
    turn('firing', 'u', 4, 4, true),
    turn('pending', 's', 20, 20),
    turn('dropped', 's', 20, 21),
  );
  expect(sees).toBe(true);
  expect(all.map(({ told, until }) => [told.series, told.since, told.time, until])).toEqual([
    ['t', 2, 2, Infinity],
    ['s', 1, 3, 9],
  ]);
});

test('frames without alerts are not seen', () => {
  const alerts = new FiredAlerts();
  alerts.take(0, {} as Frame);
  expect(alerts.sees).toBe(false);
});

test('alerts are alike where they are of one series and partition and stand at the same time', () => {
  const of = (series: string, since: number, until: number, partition = 0) => ({
    ...fired(turn('firing', series, since, since)).all[0]!,
    until,
    partition,
  });
  const others = [of('s', 10, 20), of('t', 30, Infinity)];
  expect(hasLike(of('s', 15, 16), others)).toBe(true);
  expect(hasLike(of('s', 20, 30), others)).toBe(true);
  expect(hasLike(of('s', 1, 10), others)).toBe(true);
  expect(hasLike(of('s', 21, 30), others)).toBe(false);
  expect(hasLike(of('s', 1, 9), others)).toBe(false);
  expect(hasLike(of('t', 90, 91), others)).toBe(true);
  expect(hasLike(of('s', 15, 16, 1), others)).toBe(false);
  expect(hasLike(of('t', 10, 20), others)).toBe(false);
});
