import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { startOf } from '../../src/forecast/band.ts';
import { Bands } from '../../src/forecast/bands.ts';
import { Memory } from '../../src/memory/memory.ts';
import { gaussian } from './gaussian.ts';

const LEVELS = [0.5, 0.8, 0.9, 0.95];
const MAIN = 2;
const B = LEVELS.length;

function makeBands(horizons = 1, levels: readonly number[] = LEVELS, main = MAIN) {
  const memory = new Memory();
  const plan = {
    channels: 2,
    targets: [0, 1],
    horizons: [1, 2, 3],
    farthest: 3,
    levels,
    main,
    profile: 'light' as const,
    learn: 'head' as const,
    weights: 'series' as const,
    asksModel: false,
  };
  const bands = new Bands(memory, 'band', plan, horizons, { levels, main, rate: 0.03 });
  const row = memory.row('a');
  const out = new Float64Array(2 * levels.length);
  return {
    memory,
    bands,
    row,
    /** How far the bands reach now: above and below, side by side by level. */
    reach: (channel = 0, q = 0): number[] => {
      bands.reach(row, channel, q, out);
      return [...out];
    },
  };
}

test('there are none before the eighth error; then those of normal errors', () => {
  const { bands, row, reach } = makeBands();
  for (let i = 0; i < 8; i++) {
    expect(reach()).toEqual(Array.from({ length: 2 * B }, () => NaN));
    bands.take(row, 0, 0, i % 2 === 0 ? 2 : -2, NaN, NaN);
  }
  // u and l have moved by 0.21 at most
  LEVELS.forEach((level, b) => {
    expect(Math.abs(reach()[2 * b]! / 2 - startOf(level))).toBeLessThan(0.22);
    expect(Math.abs(reach()[2 * b + 1]! / 2 - startOf(level))).toBeLessThan(0.22);
  });
});

test('trackers of channels and horizons do not see one another', () => {
  const { bands, row, reach } = makeBands(3);
  const places = [0, 1].flatMap((c) => [0, 1, 2].map((q) => [c, q] as const));
  const alone = places.map((_, i) => {
    const one = makeBands();
    const next = gaussian(i);
    for (let t = 0; t < 50; t++) one.bands.take(one.row, 0, 0, 10 ** i * next(), NaN, NaN);
    return one.reach();
  });
  const noises = places.map((_, i) => gaussian(i));
  for (let t = 0; t < 50; t++) {
    places.forEach(([c, q], i) => bands.take(row, c, q, 10 ** i * noises[i]!(), NaN, NaN));
  }
  places.forEach(([c, q], i) => expect(reach(c, q)).toEqual(alone[i]));
});

const error = fc.oneof(
  fc.double({ min: -1, max: 1, noNaN: true }),
  fc.constantFrom(0, 1e-300, 1e3, -1e3, 1e300, -1e300),
);

// Seen to fail when each level reaches as far as its own u.
test('bands never cross, whatever the errors, and are numbers', () => {
  const errors = fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), error), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(errors, fc.boolean(), (runs, isIssued) => {
      const { memory, bands, row, reach } = makeBands();
      let taken = 0;
      for (const [times, e] of runs) {
        for (let i = 0; i < times; i++) {
          const before = reach();
          const main = isIssued ? before.slice(2 * MAIN, 2 * MAIN + 2) : [NaN, NaN];
          bands.take(row, 0, 0, e, main[0]!, main[1]!);
          taken++;
          if (taken < 8) continue;
          const now = reach();
          if (!now.every((x, place) => Number.isFinite(x) && x >= (now[place - 2] ?? 0)))
            expect(now).toEqual('ascending');
        }
      }
      memory.release();
    }),
  );
});

test('errors of 0 make bands of no width', () => {
  const { bands, row, reach } = makeBands();
  for (let t = 0; t < 20; t++) bands.take(row, 0, 0, 0, 0, 0);
  expect(reach()).toEqual(Array.from({ length: 2 * B }, () => 0));
});

describe('in the long run', () => {
  const series = {
    stationary: () => gaussian(1),
    drifting: () => {
      const next = gaussian(2);
      let t = 0;
      return () => {
        t++;
        return 2 ** (1.5 * Math.sin(t / 3000)) * (next() + Math.sin(t / 5000));
      };
    },
    autocorrelated: () => {
      const next = gaussian(3);
      let e = 0;
      return () => (e = 0.9 * e + next());
    },
    // calm and wild in turns: σ is another when a target comes than it was when its band was issued
    alternating: () => {
      const next = gaussian(5);
      let t = 0;
      return () => (Math.floor(t++ / 100) % 2 === 0 ? 1 : 10) * next();
    },
  };
  const cases = (Object.keys(series) as (keyof typeof series)[]).flatMap((name) =>
    [1, 12, 48].map((delay) => [name, delay] as const),
  );

  /** Shares of the issued bands that held, by level, where errors come `delay` steps after the bands were issued. */
  function held(next: () => number, delay: number): number[] {
    const { bands, row, reach } = makeBands();
    const waiting: number[][] = [];
    const counts = LEVELS.map(() => 0);
    let scored = 0;
    for (let t = 0; t < 50_000; t++) {
      waiting.push(reach());
      if (waiting.length <= delay) continue;
      const said = waiting.shift()!;
      const e = next();
      if (!Number.isNaN(said[0])) {
        scored++;
        LEVELS.forEach((_, b) => (counts[b]! += e <= said[2 * b]! && -e <= said[2 * b + 1]! ? 1 : 0));
      }
      bands.take(row, 0, 0, e, said[2 * MAIN]!, said[2 * MAIN + 1]!);
    }
    return counts.map((count) => count / scored);
  }

  test.each(cases)(
    'of %s errors, %d steps late, the main band holds its share within 0.01',
    (name, delay) => {
      const shares = held(series[name](), delay);
      expect(Math.abs(shares[MAIN]! - LEVELS[MAIN]!)).toBeLessThan(0.01);
      // of the others the reach is not kept: they come near theirs
      shares.forEach((share, b) =>
        expect(Math.abs(share - LEVELS[b]!)).toBeLessThan(name === 'stationary' ? 0.01 : 0.05),
      );
    },
  );
});

test('all of it lies in Memory', () => {
  const { memory, bands, row, reach } = makeBands();
  const next = gaussian(4);
  for (let t = 0; t < 30; t++) bands.take(row, 0, 0, next(), NaN, NaN);
  const before = reach();
  memory.committed();
  memory.touch(row);
  for (let t = 0; t < 30; t++) bands.take(row, 0, 0, 100 * next(), NaN, NaN);
  expect(reach()).not.toEqual(before);
  memory.rollback();
  expect(reach()).toEqual(before);
});
