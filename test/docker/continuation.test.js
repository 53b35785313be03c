import { expect, test } from 'vitest';
import { continuation, FAULTS } from '../../.docker/continuation.mjs';

const HOUR = 3_600_000;
const START = Date.UTC(2013, 0, 1);
const HOURS = 8760;
const SENSORS = ['a', 'b', 'c'];

const recorded = Array.from({ length: HOURS }, (_, hour) =>
  SENSORS.map((sensor, i) => ({
    sensor,
    time: new Date(START + hour * HOUR).toISOString(),
    value: 100 * i + 5 * Math.sin((2 * Math.PI * hour) / 24),
  })),
).flat();

/** The first hours of it. */
function hoursOf(count) {
  return continuation(recorded).take(count).toArray();
}

/** What a sensor says while its fault is on, from the hour at which that begins. */
function during(kind) {
  const all = hoursOf(2 * FAULTS.length * 60 + 60);
  const first = all.findIndex(({ begins }) => begins?.kind === kind);
  const { sensor, hours, time } = all[first].begins;
  const said = all
    .slice(first, first + hours)
    .map(({ readings }) => readings.filter((reading) => reading.sensor === sensor));
  const usual = (at) =>
    recorded.find((one) => one.sensor === sensor && Date.parse(one.time) === at - HOURS * HOUR).value;
  return { said, hours, time, usual };
}

test('goes on where the recording ends, hour by hour, near what was a year before; the same each time', () => {
  const hours = hoursOf(59);
  hours.forEach(({ readings }, i) => {
    for (const { sensor, time, value } of readings) {
      expect(Date.parse(time)).toBe(START + (HOURS + i) * HOUR);
      const before = recorded[i * 3 + SENSORS.indexOf(sensor)].value;
      expect(Math.abs(value - before)).toBeLessThan(5);
    }
    expect(readings.length).toBe(3);
  });
  expect(hoursOf(59)).toEqual(hours);
});

test('goes on for years', () => {
  const [last] = continuation(recorded)
    .drop(3 * HOURS)
    .take(1)
    .toArray();
  expect(last.readings.every(({ value }) => Number.isFinite(value))).toBe(true);
});

// Seen to fail where a fault is that of another sensor, and where it does nothing.
test('every kind of fault comes, and is one', () => {
  const spike = during('spike');
  expect(spike.said[0][0].value - spike.usual(spike.time)).toBeGreaterThan(15);
  const stuck = during('stuck').said.flat();
  expect(stuck.length).toBe(30);
  expect(new Set(stuck.map(({ value }) => value)).size).toBe(1);
  const drift = during('drift');
  const last = drift.said.at(-1)[0];
  expect(last.value - drift.usual(Date.parse(last.time))).toBeGreaterThan(15);
  expect(during('dropout').said.flat()).toEqual([]);
  const late = during('late').said.flat();
  expect(late.length).toBe(12);
  const times = late.map(({ time }) => Date.parse(time));
  expect(times.filter((time, i) => i > 0 && time < times[i - 1]).length).toBe(6);
});
