import { seededRandom } from '../../src/model/random.ts';
import { type SensorReading, sensorReadings } from './readings.ts';

/** How often a sensor falls silent for some minutes, a record comes twice, late, or without a number. */
const GAP = 0.002;
const MOST_MISSED = 40;
const TWICE = 0.005;
const LATE = 0.005;
const BROKEN = 0.001;

const MINUTE = 60_000;

/** So many records as they are in life: the stream of `sensorReadings` with gaps, duplicates, late records and broken ones, the same each time. */
export function* messyReadings(count: number): Generator<SensorReading> {
  const random = seededRandom(13);
  const missed = new Map<string, number>();
  let made = 0;
  for (const reading of sensorReadings(2 * count)) {
    const left = missed.get(reading.sensor) ?? 0;
    missed.set(
      reading.sensor,
      random() < GAP ? 1 + Math.floor(random() * MOST_MISSED) : Math.max(0, left - 1),
    );
    if (left > 0) continue;
    const own = [reading];
    if (random() < TWICE) own.push(reading);
    if (random() < LATE) own.push({ ...reading, time: reading.time - 3 * MINUTE });
    if (random() < BROKEN) own.push({ ...reading, value: NaN });
    for (const one of own) {
      if (made === count) return;
      made++;
      yield one;
    }
  }
}
