import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel } from '../../src/cell/kernel.ts';
import { BAND, startOf, tailOf, trackBand } from '../../src/forecast/band.ts';
import { tell } from '../../src/forecast/told.ts';
import { fromBfloat16, toBfloat16 } from '../../src/maths/bfloat16.ts';
import { Arena } from '../../src/memory/arena.ts';
import { numbers, sameNumbers } from '../hostile.ts';

const GUARD = 4242;
const RATE = 0.03;
/** Around what a tracker counts up to: its first error, its first band, the windows of its means. */
const COUNTS = [0, 1, 2, 7, 8, 9, 98, 100, 2998, 3000, 1e6];

const arena = new Arena();
const { exports } = Kernel.of(arena);
/** Places in the arena, in bytes; far enough from one another. */
const [SIZES, REACH, LEVELS, ERRORS, PLACES, REACHES, MOVES, TOLD] = Array.from({ length: 8 }, () =>
  arena.take(1 << 17),
) as [number, number, number, number, number, number, number, number];

/** Trackers as errors leave them: counts from 0, sizes and reaches of at least 0 and no NaN; `kind` as of `numbers`. */
function trackersOf(Q: number, B: number, seed: number, kind: number) {
  const positive = (x: number): number => (Number.isNaN(x) ? 0 : Math.abs(x));
  const sizes = numbers(BAND * Q, seed, kind).map(positive);
  for (let q = 0; q < Q; q++) sizes[BAND * q] = COUNTS[(seed + 5 * q) % COUNTS.length]!;
  const reach = Float32Array.from(numbers(2 * B * Q, seed + 1, kind), positive);
  return { sizes, reach };
}

/** Puts them into the arena, and a guard behind each. */
function put({ sizes, reach }: ReturnType<typeof trackersOf>): void {
  const { f32, f64 } = arena.view();
  f64.set(sizes, SIZES / 8);
  f64[SIZES / 8 + sizes.length] = GUARD;
  f32.set(reach, REACH / 4);
  f32[REACH / 4 + reach.length] = GUARD;
}

const horizons = fc.integer({ min: 1, max: 60 });
const levelsOf = fc.integer({ min: 1, max: 7 });

test('trackBands: bits equal the reference for every horizon whose target has come, and no other changes', () => {
  fc.assert(
    fc.property(
      horizons,
      levelsOf,
      fc.nat(1e9),
      fc.nat(5),
      fc.nat(5),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 3 }),
      (Q, B, seed, of, errorsOf, ring, gap) => {
        const trackers = trackersOf(Q, B, seed, of);
        const levels = Array.from({ length: B }, (_, b) => (b + 1) / (B + 1));
        const main = seed % B;
        const errors = numbers(Q, seed + 2, errorsOf);
        for (let q = 0; q < Q; q++) if ((seed + q * q) % 5 < 2) errors[q] = NaN;
        const places = Int32Array.from({ length: Q }, (_, q) => (seed + 7 * q) % ring);
        const stride = 2 * (Q + gap);
        const reaches = Uint16Array.from(numbers(ring * stride, seed + 3, 5), (x) => toBfloat16(Math.abs(x)));
        const unit = Math.abs(numbers(1, seed + 4, 1)[0]!);

        put(trackers);
        const { f32, f64, u16, i32 } = arena.view();
        f64.set(
          levels.flatMap((level) => [tailOf(level), startOf(level)]),
          LEVELS / 8,
        );
        f64.set(errors, ERRORS / 8);
        i32.set(places, PLACES / 4);
        u16.set(reaches, REACHES / 2);
        exports.trackBands(
          ...([SIZES, REACH, Q, B, main, RATE, LEVELS, ERRORS, PLACES, REACHES, 2 * stride, unit] as const),
        );

        const { sizes, reach } = trackers;
        const plan = { levels, main, rate: RATE, start: levels.map(startOf) };
        for (let q = 0; q < Q; q++) {
          if (Number.isNaN(errors[q])) continue;
          const at = places[q]! * stride + 2 * q;
          const [above, below] = [unit * fromBfloat16(reaches[at]!), unit * fromBfloat16(reaches[at + 1]!)];
          trackBand(sizes, BAND * q, reach, 2 * B * q, errors[q]!, above, below, plan);
        }
        sameNumbers(f64.slice(SIZES / 8, SIZES / 8 + sizes.length), sizes);
        sameNumbers(f32.slice(REACH / 4, REACH / 4 + reach.length), reach);
        expect([f64[SIZES / 8 + sizes.length], f32[REACH / 4 + reach.length]]).toEqual([GUARD, GUARD]);
      },
    ),
    { numRuns: 500 },
  );
});

test('tellBands: bits equal the reference of every horizon', () => {
  fc.assert(
    fc.property(
      horizons,
      levelsOf,
      fc.nat(1e9),
      fc.nat(5),
      fc.nat(5),
      fc.nat(4),
      (Q, B, seed, of, movesOf, size) => {
        const trackers = trackersOf(Q, B, seed, of);
        const main = seed % B;
        const moves = Float32Array.from(numbers(Q, seed + 2, movesOf), (x) => (Number.isNaN(x) ? 0 : x));
        const y = numbers(1, seed + 3, 1)[0]! * 10 ** (size * 70);
        const unit = seed % 7 === 0 ? 0 : Math.abs(numbers(1, seed + 4, 1)[0]!) * 10 ** (size * 30);

        put(trackers);
        const { f32, f64, u16 } = arena.view();
        f32.set(moves, MOVES / 4);
        u16[REACHES / 2 + 2 * Q] = GUARD;
        const told = [1, 1, 1, B, B].map((_, i) => TOLD + 8 * Q * (i < 3 ? i : 3 + (i - 3) * B));
        const [yhat, lo, hi, los, his] = told as [number, number, number, number, number];
        f64[his / 8 + Q * B] = GUARD;
        exports.tellBands(
          ...([SIZES, REACH, Q, B, main, y, unit, MOVES, REACHES, yhat, lo, hi, los, his] as const),
        );

        const expected = {
          yhat: new Float64Array(Q),
          lo: new Float64Array(Q),
          hi: new Float64Array(Q),
          los: new Float64Array(Q * B),
          his: new Float64Array(Q * B),
        };
        const reaches = new Uint16Array(2 * Q);
        const { sizes, reach } = trackers;
        for (let q = 0; q < Q; q++) {
          const out = {
            los: expected.los.subarray(q * B, (q + 1) * B),
            his: expected.his.subarray(q * B, (q + 1) * B),
            reaches: reaches.subarray(2 * q, 2 * q + 2),
          };
          expected.yhat[q] = tell(sizes, BAND * q, reach, 2 * B * q, main, y, unit, moves[q]!, out);
          expected.lo[q] = out.los[main]!;
          expected.hi[q] = out.his[main]!;
        }
        for (const [name, at] of Object.entries({ yhat, lo, hi, los, his })) {
          const column = expected[name as keyof typeof expected];
          const got = f64.slice(at / 8, at / 8 + column.length);
          sameNumbers(got, column);
          // columns are hashed
          const bits = [...new BigUint64Array(got.buffer)].filter((_, i) => Number.isNaN(got[i]));
          expect(bits.every((nan) => nan === 0xfff8n << 48n)).toBe(true);
        }
        expect(u16.slice(REACHES / 2, REACHES / 2 + 2 * Q)).toEqual(reaches);
        // the main band alone is the same
        const three = 3 * Q;
        const all = f64.slice(yhat / 8, yhat / 8 + three);
        f64.fill(GUARD, yhat / 8, los / 8 + 2 * Q * B);
        u16.fill(0, REACHES / 2, REACHES / 2 + 2 * Q);
        exports.tellBands(
          ...([SIZES, REACH, Q, B, main, y, unit, MOVES, REACHES, yhat, lo, hi, 0, 0] as const),
        );
        sameNumbers(f64.slice(yhat / 8, yhat / 8 + three), all);
        expect(u16.slice(REACHES / 2, REACHES / 2 + 2 * Q)).toEqual(reaches);
        expect(f64.slice(los / 8, los / 8 + 2 * Q * B).every((each) => each === GUARD)).toBe(true);
        expect([f64[his / 8 + Q * B], u16[REACHES / 2 + 2 * Q]]).toEqual([GUARD, GUARD]);
      },
    ),
    { numRuns: 500 },
  );
});
