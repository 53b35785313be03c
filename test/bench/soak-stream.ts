import { sinTurns } from '../../src/maths/turns.ts';
import { seededRandom } from '../../src/model/random.ts';
import type { SensorReading } from './readings.ts';

/** What decides every reading of a soak. */
export interface SoakStream {
  /** When the first reading is due, ms since 1970, whole. */
  readonly begun: number;
  /** Readings/s. */
  readonly rate: number;
  readonly count: number;
}

/** Sensors that stay. */
export const STAYING = 1000;
/** Sensors that come together, and go together for good when the next ones come. */
export const PASSING = 50;
/** How long those that pass are there, ms. */
export const GENERATION = 300_000;
const DAY = 86_400_000;

/**
 * The readings of a soak in order: each sensor in its turn, at the event time at which its reading is due. The same stream gives the same
 * readings, so that they can be made again when their topic has forgotten them.
 */
export function* soakReadings({ begun, rate, count }: SoakStream): Generator<SensorReading> {
  const random = seededRandom(11);
  const sensors = Array.from({ length: STAYING + PASSING }, () => ({
    phase: random(),
    base: 10 + 20 * random(),
  }));
  for (let k = 0; k < count; k++) {
    const slot = k % sensors.length;
    const { phase, base } = sensors[slot]!;
    const time = begun + Math.floor((1000 * k) / rate);
    const noise = random() + random() + random() - 1.5;
    // a shape of 20 minutes, so that a soak sees a few of them
    const value = base + 5 * sinTurns((72 * time) / DAY + phase) + noise;
    yield { sensor: nameOf(slot, time - begun), time, value: Math.round(value * 1000) / 1000 };
  }
}

/** Readings of each sensor. */
export function countBySensor(stream: SoakStream): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { sensor } of soakReadings(stream)) counts.set(sensor, (counts.get(sensor) ?? 0) + 1);
  return counts;
}

function nameOf(slot: number, since: number): string {
  if (slot < STAYING) return `s${String(slot).padStart(4, '0')}`;
  return `g${Math.floor(since / GENERATION)}-${slot - STAYING}`;
}
