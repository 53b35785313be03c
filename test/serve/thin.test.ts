import { expect, test } from 'vitest';
import type { Window } from '../../src/serve/history.ts';
import { thin } from '../../src/serve/thin.ts';

const N = 10_000;
const time = Array.from({ length: N }, (_, i) => i);
const wave = time.map((t) => Math.sin(t / 300));

function windowOf(value: number[]): Window {
  return {
    readings: { time: [...time], value },
    forecasts: [
      { h: '01', time: [...time], yhat: value, lo: value.map((v) => v - 1), hi: value.map((v) => v + 1) },
    ],
    anomalies: {
      time: [...time],
      value,
      score: time.map((t) => t % 97),
      expected: value,
      lo: value,
      hi: value,
    },
    events: {
      time: [...time],
      kind: time.map(() => 'drift-up'),
      h: time.map(() => '01'),
      value,
      expected: value,
    },
  };
}

test('a window that fits is given as it is', () => {
  const window = windowOf(wave);
  expect(thin(window, N)).toEqual(window);
});

test('keeps every spike, the order and the last row, and at most about as many rows as asked for', () => {
  const spiky = [...wave];
  for (const at of [17, 4321, 9998]) spiky[at] = at === 4321 ? -50 : 50;
  const { readings, forecasts } = thin(windowOf(spiky), 500);
  expect(readings.time.length).toBeLessThanOrEqual(502);
  expect(readings.time.length).toBeGreaterThan(400);
  expect(readings.time).toEqual(readings.time.toSorted((a, b) => a - b));
  expect(readings.time.at(0)).toBe(0);
  expect(readings.time.at(-1)).toBe(N - 1);
  for (const at of [17, 4321, 9998]) expect(readings.value[readings.time.indexOf(at)]).toBe(spiky[at]);
  expect(forecasts[0]?.lo).toEqual(forecasts[0]?.yhat.map((v) => v - 1));
  expect(readings.value).toEqual(readings.time.map((t) => spiky[t]));
});

test('of anomalies the highest scores stay, in order of time', () => {
  const { anomalies } = thin(windowOf(wave), 103);
  expect(anomalies.score).toEqual(Array.from({ length: 103 }, () => 96));
  expect(anomalies.time).toEqual(Array.from({ length: 103 }, (_, i) => 96 + 97 * i));
});

test('of events the newest stay', () => {
  const { events } = thin(windowOf(wave), 103);
  expect(events.time).toEqual(Array.from({ length: 103 }, (_, i) => N - 103 + i));
  expect(events.kind).toHaveLength(103);
});
