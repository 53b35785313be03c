import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel } from '../../src/cell/kernel.ts';
import { cut } from '../../src/forecast/base.ts';
import { limited } from '../../src/forecast/limited.ts';
import { moveCutOf, plainMoves } from '../../src/forecast/plain.ts';
import { placeBefore } from '../../src/forecast/ring.ts';
import { Arena } from '../../src/memory/arena.ts';
import { numbers, sameNumbers } from '../hostile.ts';

const GUARD = 4242;
const LENGTH = 31;

const arena = new Arena();
const { exports } = Kernel.of(arena);
/** Places in the arena, in bytes; far enough from one another. */
const [MOVES, PLACES, DAY, WEEK, PAST, USUAL] = Array.from({ length: 6 }, () => arena.take(1 << 16)) as [
  number,
  number,
  number,
  number,
  number,
  number,
];

const sizes = fc.integer({ min: 1, max: 60 });
const noNaN = (x: number): number => (Number.isNaN(x) ? 0 : x);

test('plainMoves: bits equal the reference of every horizon, whatever is known', () => {
  fc.assert(
    fc.property(
      sizes,
      fc.nat(1e9),
      fc.nat(4),
      fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      (Q, seed, of, has) => {
        const [hasDay, hasWeek, hasPast] = has;
        const profile = (at: number): Float32Array =>
          Float32Array.from(numbers(20, seed + at, of), (x, i) => ((seed + i) % 5 === 0 ? Infinity : x));
        const [day, week] = [profile(1), profile(2)];
        const past = Float32Array.from(numbers(LENGTH, seed + 3, of), noNaN);
        const usual = Float32Array.from(numbers(Q, seed + 4, of), (x) => Math.abs(noNaN(x)));
        const places = Int32Array.from({ length: 3 * Q }, (_, i) => (seed + 7 * i) % 20);
        const now = seed % LENGTH;
        const [offset, toSmoothed, dayNow, weekNow] = numbers(4, seed + 5, of) as unknown as [
          number,
          number,
          number,
          number,
        ];
        const known = { day: seed % 3 === 0 ? NaN : dayNow, week: seed % 4 === 0 ? NaN : weekNow };
        const [unit, size] = numbers(2, seed + 6, 1).map(Math.abs) as unknown as [number, number];
        const spread = seed % 5 === 0 ? NaN : size;

        const { f32, f64, i32 } = arena.view();
        f32.set(day, DAY / 4);
        f32.set(week, WEEK / 4);
        f32.set(past, PAST / 4);
        f32.set(usual, USUAL / 4);
        i32.set(places, PLACES / 4);
        f64[MOVES / 8 + 3 * Q] = GUARD;
        const from = [hasDay ? DAY : 0, hasWeek ? WEEK : 0, hasPast ? PAST : 0] as const;
        exports.plainMoves(
          ...([
            MOVES,
            Q,
            PLACES,
            ...from,
            LENGTH,
            now,
            USUAL,
            unit,
            offset,
            known.day,
            known.week,
            spread,
            toSmoothed,
          ] as const),
        );

        const seen = (has1: boolean, level: number): number => (has1 && level !== Infinity ? level : NaN);
        const expected = new Float64Array(3 * Q);
        for (let q = 0; q < Q; q++) {
          const said = plainMoves(
            { unit, offset, spread, toSmoothed, ...known },
            seen(hasDay, day[places[q]!]!),
            seen(hasWeek, week[places[Q + q]!]!),
            hasPast ? past[placeBefore(now, places[2 * Q + q]!, LENGTH)]! : NaN,
            usual[q]!,
          );
          said.forEach((move, e) => (expected[e * Q + q] = move));
        }
        sameNumbers(f64.slice(MOVES / 8, MOVES / 8 + 3 * Q), expected);
        expect(f64[MOVES / 8 + 3 * Q]).toBe(GUARD);
      },
    ),
    { numRuns: 500 },
  );
});

test('limitMoves: bits equal the reference of every expert and horizon, that of the cell cut before', () => {
  fc.assert(
    fc.property(
      sizes,
      fc.integer({ min: 1, max: 15 }),
      fc.nat(1e9),
      fc.nat(5),
      fc.nat(5),
      (Q, E, seed, of, usualOf) => {
        const moves = numbers(E * Q, seed, of);
        for (let i = seed % 7; i < moves.length; i += 7) moves[i] = NaN;
        const usual = Float32Array.from(numbers(Q, seed + 1, usualOf), (x) => Math.abs(noNaN(x)));
        const cell = seed % (E + 1);
        const { f32, f64 } = arena.view();
        f64.set(moves, MOVES / 8);
        f64[MOVES / 8 + E * Q] = GUARD;
        f32.set(usual, USUAL / 4);
        exports.limitMoves(MOVES, Q, E, cell, USUAL);
        const expected = moves.map((move, i) => {
          const size = usual[i % Q]!;
          const isCell = Math.floor(i / Q) === cell;
          return limited(isCell ? cut(move, moveCutOf(size)) : move, size);
        });
        sameNumbers(f64.slice(MOVES / 8, MOVES / 8 + E * Q), expected);
        expect(f64[MOVES / 8 + E * Q]).toBe(GUARD);
      },
    ),
    { numRuns: 500 },
  );
});
