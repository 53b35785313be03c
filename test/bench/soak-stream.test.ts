import { expect, test } from 'vitest';
import { countBySensor, GENERATION, PASSING, soakReadings, STAYING } from './soak-stream.ts';

const STREAM = { begun: 1_700_000_000_000, rate: 350, count: 350 * 700 };

test('the same stream gives the same readings, each when it is due', () => {
  const readings = [...soakReadings(STREAM)];
  expect([...soakReadings(STREAM)]).toEqual(readings);
  expect(readings.length).toBe(STREAM.count);
  expect(readings[350]!.time).toBe(STREAM.begun + 1000);
  expect(readings.every(({ time }, k) => k === 0 || time >= readings[k - 1]!.time)).toBe(true);
});

test('fifty sensors come every five minutes and do not come again; the others stay', () => {
  const counts = countBySensor(STREAM);
  expect(counts.size).toBe(STAYING + 3 * PASSING);
  expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(STREAM.count);
  const passing = [...soakReadings(STREAM)].filter(({ sensor }) => sensor.startsWith('g'));
  for (const { sensor, time } of passing)
    expect(sensor.slice(1, sensor.indexOf('-'))).toBe(String(Math.floor((time - STREAM.begun) / GENERATION)));
});
