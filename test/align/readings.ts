import type { AlignSettings } from '../../src/align/align.ts';
import { seededRandom } from '../../src/model/random.ts';

/** A reading of two channels, of which one may not have been observed (NaN); its offset is its place in the stream. */
export interface Observation {
  readonly series: string;
  readonly time: number;
  readonly value: readonly [number, number];
}

/** A row of a grid, as it has to be. */
export interface GridRow {
  readonly series: string;
  readonly time: number;
  readonly value: readonly number[];
  /** Of the reading that closed it. */
  readonly offset: number;
  readonly index: number;
  readonly gap: number;
}

/**
 * Three series some seconds apart, out of order, twice, late, with gaps; quarters of a second, so that times meet. The second channel is
 * seldom observed.
 */
export function untidy(seed: number, length: number): Observation[] {
  const random = seededRandom(seed);
  const clocks = [-1e6, 0, 1.7e12];
  return Array.from({ length }, () => {
    const s = Math.floor(random() * clocks.length);
    const fate = random();
    clocks[s]! += Math.floor(random() * 16) * 250 + (fate < 0.03 ? 30_000 * random() : 0);
    const back = fate > 0.7 ? Math.floor(random() * 40) * 250 : 0;
    return {
      series: 'abc'[s]!,
      time: Math.floor((clocks[s]! - back) / 250) * 250,
      value: random() < 0.2 ? [NaN, random()] : [20 * random() - 10, random() < 0.7 ? NaN : random()],
    };
  });
}

type Kind = Exclude<AlignSettings['aggregate'], 'none'>;

/** What a grid makes of readings, by keeping them all: rows in order, and by offset what became of each. */
export function gridByHand(
  readings: readonly Observation[],
  kind: Kind,
  every: number,
  offset: number,
): { rows: GridRow[]; fates: string[] } {
  const open = new Map<string, { bucket: number; readings: Observation[] }>();
  const past = new Map<string, GridRow>();
  const rows: GridRow[] = [];
  const fates = readings.map((reading, at) => {
    const { series, time } = reading;
    // times and steps are whole here
    const bucket = (time - offset - ((((time - offset) % every) + every) % every)) / every;
    const before = open.get(series);
    if (before && bucket < before.bucket) return 'late';
    const isNewest = (c: number): boolean => {
      const times = before!.readings.filter(({ value }) => !Number.isNaN(value[c]!)).map((each) => each.time);
      return !Number.isNaN(reading.value[c]!) && time === Math.max(...times);
    };
    if (before?.bucket === bucket && [0, 1].some(isNewest)) return 'duplicate';
    if (before?.bucket === bucket) {
      before.readings.push(reading);
      return 'used';
    }
    if (before) {
      const start = before.bucket * every + offset;
      const last = past.get(series);
      const gap = last ? (start - last.time) / every : 0;
      const row = {
        series,
        time: start,
        value: [0, 1].map((c) => together(kind, before.readings, c)),
        offset: at,
        index: last ? last.index + gap : 1,
        gap,
      };
      past.set(series, row);
      rows.push(row);
    }
    open.set(series, { bucket, readings: [reading] });
    return 'used';
  });
  return { rows, fates };
}

function together(kind: Kind, readings: readonly Observation[], channel: number): number {
  const observed = readings.map(({ time, value }) => ({ time, value: value[channel]! }));
  return aggregate(
    kind,
    observed.filter(({ value }) => !Number.isNaN(value)),
  );
}

/** What becomes of the observations of an interval; NaN of none. */
export function aggregate(
  kind: Kind,
  observed: readonly { readonly time: number; readonly value: number }[],
): number {
  if (observed.length === 0) return NaN;
  const numbers = observed.map(({ value }) => value);
  const sum = numbers.reduce((total, y) => total + y);
  switch (kind) {
    case 'mean':
      return sum / numbers.length;
    case 'sum':
      return sum;
    case 'min':
      return Math.min(...numbers);
    case 'max':
      return Math.max(...numbers);
    case 'last':
      return observed.toSorted((a, b) => b.time - a.time)[0]!.value;
  }
}
