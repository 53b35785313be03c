// What sensors go on to say when their recording has ended: the year before once more, with noise of its own, and now and then a fault. The
// same each time, so that whoever is started again knows what has been said.
const HOUR = 3_600_000;
const YEAR = 8760;
/** Hours from one fault to the next, and for how many each lasts. */
const BETWEEN = 60;
export const FAULTS = [
  { kind: 'spike', hours: 1 },
  { kind: 'stuck', hours: 30 },
  { kind: 'drift', hours: 48 },
  { kind: 'dropout', hours: 36 },
  { kind: 'late', hours: 12 },
];
/** How large a spike is, and how much a drift adds an hour, in mean hourly changes. */
const SPIKE = 25;
const DRIFT = 0.6;
const NOISE = 0.3;

/**
 * Hours after the end of a recording, without an end: each with the readings that come in it, in their order, and the fault that begins with it.
 *
 * @param {readonly { sensor: string, time: string, value: number }[]} recorded in order of time; at least a year of hours
 */
export function* continuation(recorded) {
  const sensors = Array.from(
    Map.groupBy(recorded, ({ sensor }) => sensor),
    ([sensor, readings]) => newSensor(sensor, readings),
  );
  const end = Math.max(...recorded.map(({ time }) => Date.parse(time)));
  const random = seeded(7);
  for (let hour = 1; ; hour++) {
    const time = end + hour * HOUR;
    const number = Math.floor(hour / BETWEEN);
    const fault = FAULTS[number % FAULTS.length];
    const faulty = sensors[(number * 7) % sensors.length];
    const since = hour % BETWEEN;
    const isOn = since < fault.hours;
    const readings = sensors.flatMap((sensor) => {
      const value = sensor.next(time, random());
      if (sensor !== faulty) sensor.before = undefined;
      if (sensor !== faulty || !isOn) return [...sensor.held.splice(0), readingOf(sensor, time, value)];
      return faultyReadings(fault.kind, sensor, time, value, since);
    });
    const begins =
      since === 0 ? { kind: fault.kind, sensor: faulty.name, time, hours: fault.hours } : undefined;
    yield { readings, begins };
  }
}

/** What a sensor says that is not well. */
function faultyReadings(kind, sensor, time, value, since) {
  sensor.before ??= value;
  if (kind === 'dropout') return [];
  if (kind === 'spike') return [readingOf(sensor, time, value + SPIKE * sensor.move)];
  if (kind === 'stuck') return [readingOf(sensor, time, sensor.before)];
  if (kind === 'drift') return [readingOf(sensor, time, value + DRIFT * sensor.move * (since + 1))];
  // late: every second hour comes after the one that follows it
  if (since % 2 === 0) {
    sensor.held.push(readingOf(sensor, time, value));
    return [];
  }
  return [readingOf(sensor, time, value), ...sensor.held.splice(0)];
}

function readingOf({ name }, time, value) {
  const iso = new Date(time).toISOString().replace('.000Z', 'Z');
  return { sensor: name, time: iso, value: Math.round(value * 100) / 100 };
}

/** A sensor that says what it said a year before, and something more. */
function newSensor(name, readings) {
  const byHour = new Map(readings.map(({ time, value }) => [Date.parse(time) / HOUR, value]));
  const values = readings.map(({ value }) => value);
  const moves = values.slice(1).map((value, i) => Math.abs(value - values[i]));
  const move = moves.reduce((sum, one) => sum + one, 0) / moves.length;
  let [noise, last] = [0, values.at(-1)];
  return {
    name,
    move,
    held: [],
    before: undefined,
    next(time, chance) {
      let hour = time / HOUR - YEAR;
      const first = Date.parse(readings[0].time) / HOUR;
      while (hour >= first + YEAR) hour -= YEAR;
      last = byHour.get(hour) ?? last;
      noise = 0.9 * noise + NOISE * move * (2 * chance - 1);
      return last + noise;
    },
  };
}

/** Numbers from 0 to 1, the same for a seed: a linear congruential generator. */
function seeded(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
