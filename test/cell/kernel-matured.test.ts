import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel } from '../../src/cell/kernel.ts';
import { matured } from '../../src/forecast/matured.ts';
import { placeBefore } from '../../src/forecast/ring.ts';
import { count } from '../../src/forecast/score.ts';
import { fromBfloat16, toBfloat16 } from '../../src/maths/bfloat16.ts';
import { Arena } from '../../src/memory/arena.ts';
import { numbers, sameNumbers } from '../hostile.ts';

const GUARD = 4242;

const arena = new Arena();
const { exports } = Kernel.of(arena);
/** Places in the arena, in bytes; far enough from one another. */
const [HORIZONS, STAMPS, VALUES, MOVES, PLACES, ERRORS, CHANGES, MOVED, REACHES, COUNTS, SUMS, LIVES] =
  Array.from({ length: 12 }, () => arena.take(1 << 18)) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];

/** Ascending steps ahead. */
const horizonsOf = fc
  .uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 50 })
  .map((all) => all.toSorted((a, b) => a - b));

const finite = (x: number): number => (Number.isFinite(x) ? x : 1);

test('matured: bits equal the reference of every horizon, wherever the ring stands', () => {
  fc.assert(
    fc.property(
      horizonsOf,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 200 }),
      fc.nat(1e9),
      fc.nat(4),
      (horizons, channels, index, seed, of) => {
        const [Q, ring, channel] = [horizons.length, horizons.at(-1)! + 1, seed % channels];
        // some steps had no reading: another one's number stands in their place
        const stamps = new Float64Array(ring);
        for (let k = Math.max(1, index - ring + 1); k < index; k++)
          stamps[k % ring] = (seed + k) % 4 === 0 ? k - ring : k;
        const values = numbers(ring * channels, seed, of).map(finite);
        const moves = Float32Array.from(numbers(ring * channels * Q, seed + 1, of), finite);
        const [y, unit] = [numbers(1, seed + 2, 1)[0]!, Math.abs(numbers(1, seed + 3, 1)[0]!)];
        const age = seed % 80;
        const now = index % ring;

        const { f32, f64, i32 } = arena.view();
        i32.set(horizons, HORIZONS / 4);
        f64.set(stamps, STAMPS / 8);
        f64.set(values, VALUES / 8);
        f32.set(moves, MOVES / 4);
        for (const at of [ERRORS, CHANGES, MOVED]) f64[at / 8 + Q] = GUARD;
        i32[PLACES / 4 + Q] = GUARD;
        const [first, firstMove] = [VALUES + 8 * channel, MOVES + 4 * channel * Q];
        const into = [PLACES, ERRORS, CHANGES, MOVED] as const;
        exports.matured(
          ...([
            HORIZONS,
            Q,
            ring,
            channels,
            index,
            now,
            STAMPS,
            first,
            firstMove,
            y,
            unit,
            age,
            ...into,
          ] as const),
        );

        horizons.forEach((h, q) => {
          const place = placeBefore(now, h, ring);
          const at = place * channels + channel;
          const expected = matured(h, index, y, unit, age, stamps[place]!, values[at]!, moves[at * Q + q]!);
          expect(i32[PLACES / 4 + q]).toBe(place);
          const got = [ERRORS, CHANGES, MOVED].map((column) => f64[column / 8 + q]!);
          sameNumbers(
            Float64Array.from(got),
            Float64Array.of(expected.error, expected.change, expected.moved),
          );
        });
        for (const at of [ERRORS, CHANGES, MOVED]) expect(f64[at / 8 + Q]).toBe(GUARD);
        expect(i32[PLACES / 4 + Q]).toBe(GUARD);
      },
    ),
    { numRuns: 500 },
  );
});

test('countScores: bits equal the reference for every horizon whose target has come, and no other changes', () => {
  fc.assert(
    fc.property(
      horizonsOf,
      fc.constantFrom(0, 4, 24, 96),
      fc.nat(1e9),
      fc.nat(4),
      fc.integer({ min: 1, max: 9 }),
      (horizons, day, seed, of, ring) => {
        const Q = horizons.length;
        const counts = Int32Array.from({ length: 2 * Q }, (_, i) =>
          i % 2 === 0 ? (97 * i) ** (seed % 3) : i,
        );
        const lives = Float32Array.from(numbers(2 * Q, seed + 5, 0), Math.abs);
        const sums = numbers(4 * Q, seed, of).map(Math.abs);
        const errors = numbers(Q, seed + 1, of);
        for (let q = seed % 3; q < Q; q += 3) errors[q] = NaN;
        const changes = numbers(Q, seed + 2, of);
        const places = Int32Array.from({ length: Q }, (_, q) => (seed + 7 * q) % ring);
        const stride = 2 * (Q + (seed % 4));
        const reaches = Uint16Array.from(numbers(ring * stride, seed + 3, 0), (x) =>
          toBfloat16(x > 0.8 ? NaN : Math.abs(x)),
        );
        // a band is as wide as the errors, so that some hold and some do not
        const unit = Math.abs(errors.find((e) => e > 0) ?? 1);
        const sinceDay = numbers(1, seed + 4, 1)[0]!;

        const { f32, f64, i32, u16 } = arena.view();
        i32.set(horizons, HORIZONS / 4);
        f64.set(errors, ERRORS / 8);
        f64.set(changes, CHANGES / 8);
        i32.set(places, PLACES / 4);
        u16.set(reaches, REACHES / 2);
        i32.set(counts, COUNTS / 4);
        f32.set(lives, LIVES / 4);
        f64.set(sums, SUMS / 8);
        exports.countScores(
          ...([
            HORIZONS,
            Q,
            day,
            sinceDay,
            ERRORS,
            CHANGES,
            PLACES,
            REACHES,
            2 * stride,
            unit,
            COUNTS,
            LIVES,
            SUMS,
          ] as const),
        );

        horizons.forEach((h, q) => {
          if (Number.isNaN(errors[q])) return;
          const at = places[q]! * stride + 2 * q;
          count(
            counts.subarray(2 * q, 2 * q + 2),
            lives.subarray(2 * q, 2 * q + 2),
            sums.subarray(4 * q, 4 * q + 4),
            h,
            errors[q]!,
            changes[q]!,
            day > h ? sinceDay : NaN,
            unit * fromBfloat16(reaches[at]!),
            unit * fromBfloat16(reaches[at + 1]!),
          );
        });
        expect(i32.slice(COUNTS / 4, COUNTS / 4 + 2 * Q)).toEqual(counts);
        expect(f32.slice(LIVES / 4, LIVES / 4 + 2 * Q)).toEqual(lives);
        sameNumbers(f64.slice(SUMS / 8, SUMS / 8 + 4 * Q), sums);
      },
    ),
    { numRuns: 500 },
  );
});
