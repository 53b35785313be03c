import { sinTurns } from '../../src/maths/turns.ts';
import { seededRandom } from '../../src/model/random.ts';

/** One reading of a bench's stream, with the fields that the JSON decoder expects. */
export interface SensorReading {
  readonly sensor: string;
  /** ms */
  readonly time: number;
  readonly value: number;
}

/** Sensors of the stream. */
export const SENSORS = 1000;
const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;
const DAY = 86_400_000;

/** The first readings of some sensors on a 1-minute grid, minute by minute: a daily shape and noise, the same each time. */
export function* sensorReadings(count: number, sensorCount = SENSORS): Generator<SensorReading> {
  const random = seededRandom(7);
  const sensors = Array.from({ length: sensorCount }, (_, i) => ({
    sensor: `s${String(i).padStart(4, '0')}`,
    phase: random(),
    base: 10 + 20 * random(),
  }));
  for (let k = 0; k < count; k++) {
    const { sensor, phase, base } = sensors[k % sensorCount]!;
    const time = START + Math.floor(k / sensorCount) * MINUTE;
    const noise = random() + random() + random() - 1.5;
    const value = base + 5 * sinTurns(time / DAY + phase) + noise;
    yield { sensor, time, value: Math.round(value * 1000) / 1000 };
  }
}
