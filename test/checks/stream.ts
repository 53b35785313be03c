import { sinTurns } from '../../src/maths/turns.ts';
import { seededRandom } from '../../src/model/random.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { record } from './topology.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 0, 1);

/**
 * A stream as it is in life, from a seed: several series with a daily shape, outliers, gaps, duplicates, late readings, broken
 * records, arrays of readings.
 */
export function messyStream(seed: number, length: number): SourceRecord[] {
  const random = seededRandom(seed);
  const pick = (n: number): number => Math.floor(random() * n);
  const times = [START, START, START, START];
  return Array.from({ length }, (_, offset) => {
    const fate = random();
    const s = pick(times.length);
    if (fate < 0.02)
      return record(offset, ['{"s":', '[]', '{"s":"a"}', '{"s":"a","t":1,"v":"x"}', 'null'][pick(5)]!);
    if (fate < 0.04) return { offset, key: null, value: null };
    const reading = (series: number): object => {
      times[series] = times[series]! + HOUR * (random() < 0.05 ? 1 + pick(40) : 1);
      const shape = sinTurns(times[series] / (24 * HOUR)) * 5 + series * 100;
      const stray = random() < 0.005 ? 40 : 0;
      return { s: `series-${series}`, t: times[series], v: shape + random() + stray };
    };
    if (fate < 0.06) return record(offset, { s: `series-${s}`, t: times[s], v: 1 });
    if (fate < 0.08) return record(offset, { s: `series-${s}`, t: times[s]! - 5 * HOUR, v: 1 });
    if (fate < 0.09)
      return record(offset, [
        { s: `series-${s}`, t: times[s]! + HOUR, v: 1 },
        { s: '', t: 1, v: 1 },
      ]);
    if (fate < 0.13) return record(offset, [reading(s), reading((s + 1) % times.length), reading(s)]);
    return record(offset, reading(s));
  });
}

/** How often, by chance, a channel is not observed; of the last one there is nothing before the `from`-th record. */
export interface Missing {
  readonly share: number;
  readonly from: number;
}

/** `messyStream` of three channels a, b and c, of which any may be null or absent. Decode with `CHANNELS`. */
export function messyChannels(seed: number, length: number, { share, from }: Missing): SourceRecord[] {
  const random = seededRandom(seed + 1);
  const widened = ({ v, ...reading }: Record<string, unknown>, offset: number): unknown => {
    if (typeof v !== 'number') return { ...reading, a: v };
    const field = (value: number): number | null | undefined =>
      random() >= share ? value : random() < 0.5 ? null : undefined;
    return {
      ...reading,
      a: field(v),
      b: field(2 * v + random()),
      c: offset < from ? null : field(random() - v),
    };
  };
  return messyStream(seed, length).map((one) => {
    const { offset, value } = one;
    let parsed: unknown;
    try {
      parsed = JSON.parse(Buffer.from(value ?? []).toString());
    } catch {
      return one;
    }
    const isObject = (x: unknown): x is Record<string, unknown> =>
      typeof x === 'object' && x !== null && !Array.isArray(x);
    if (isObject(parsed)) return record(offset, widened(parsed, offset));
    if (!Array.isArray(parsed)) return one;
    return record(
      offset,
      parsed.map((each: unknown) => (isObject(each) ? widened(each, offset) : each)),
    );
  });
}

/** How records of `messyChannels` are decoded. */
export const CHANNELS = { values: ['a', 'b', 'c'], channels: true };
