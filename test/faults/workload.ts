import { createHash } from 'node:crypto';
import type { Message } from 'kafkajs';
import { sinTurns } from '../../src/maths/turns.ts';
import { seededRandom } from '../../src/model/random.ts';

/** Partitions of the input. */
export const PARTITIONS = 6;
/** Series in each. */
const SERIES = 8;
const START = Date.UTC(2026, 0, 1);
const STEP = 60_000;
const HOUR = 3_600_000;
/** A dead letter of more bytes than the store keeps. */
const HUGE = 850_000;

/** Kinds of records that end as dead letters; each is one in a hundred. */
export const BAD = ['poison', 'oversized', 'nan', 'duplicate', 'late'] as const;
export type Bad = (typeof BAD)[number];

/** Records of every partition, and how many of them are bad. */
export interface Workload {
  readonly records: readonly (readonly Message[])[];
  readonly bad: Readonly<Record<Bad, number>>;
  readonly size: number;
}

/** Readings of a daily wave with noise, with bad records between them; the same for the same seed. */
export function workload(seed: number, readings: number): Workload {
  const bad = { poison: 0, oversized: 0, nan: 0, duplicate: 0, late: 0 };
  const each = Math.ceil(readings / PARTITIONS);
  const records = Array.from({ length: PARTITIONS }, (_, p) => {
    const random = seededRandom(seed * PARTITIONS + p);
    let hasHuge = false;
    const series = Array.from({ length: SERIES }, (__, s) => ({
      sensor: `p${p}-s${s}`,
      step: 0,
      last: undefined as string | undefined,
    }));
    return Array.from({ length: each }, (__, i): Message => {
      const one = series[i % SERIES]!;
      const kind = one.last === undefined ? undefined : BAD[Math.floor(random() * 100)];
      if (kind !== undefined) {
        bad[kind] += 1;
        const isHuge = kind === 'oversized' && !hasHuge;
        hasHuge ||= isHuge;
        return { partition: p, key: one.sensor, value: badValue(kind, one, random, isHuge) };
      }
      one.step += 1;
      const time = START + one.step * STEP;
      const spike = random() < 0.002 ? 40 : 0;
      const value = 20 + 5 * sinTurns(one.step / 1440 + p / 7) + random() + spike;
      one.last = reading(one.sensor, time, Math.round(value * 1000) / 1000);
      return { partition: p, key: one.sensor, value: one.last };
    });
  });
  return { records, bad, size: each * PARTITIONS };
}

function reading(sensor: string, time: number, value: number | string): string {
  return `{"sensor":"${sensor}","time":${time},"value":${value}}`;
}

function badValue(
  kind: Bad,
  {
    sensor,
    step,
    last,
  }: { readonly sensor: string; readonly step: number; readonly last: string | undefined },
  random: () => number,
  isHuge: boolean,
): Message['value'] {
  const now = START + (step + 1) * STEP;
  const one = Math.floor(random() * 4);
  switch (kind) {
    case 'poison':
      return [null, Buffer.from([0, 0xff, 0xfe, 0x0a, 0x80]), `{"sensor":"${sensor}","time":`, '[]'][one]!;
    case 'oversized':
      return reading('s'.repeat(isHuge ? HUGE : 5000), now, 1);
    case 'nan':
      return reading(sensor, now, ['NaN', '"NaN"', '1e999', 'null'][one]!);
    case 'duplicate':
      return last!;
    case 'late':
      return reading(sensor, START - HOUR, 1);
  }
}

/** A short name for the bytes of a value. */
export function digest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
}
