import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel } from '../../src/cell/kernel.ts';
import { blame, MIXTURE, mixed } from '../../src/forecast/mixture.ts';
import { toBfloat16 } from '../../src/maths/bfloat16.ts';
import { Arena } from '../../src/memory/arena.ts';
import { numbers, sameNumbers } from '../hostile.ts';

const GUARD = 4242;

const arena = new Arena();
const { exports } = Kernel.of(arena);
/** Places in the arena, in bytes; far enough from one another. */
const [STATE, MOVES, SAID, MIXED, PLACES, MOVED, OUT] = Array.from({ length: 7 }, () =>
  arena.take(1 << 17),
) as [number, number, number, number, number, number, number];

/** A mixture's state: what it counts and its means are positive, and losses are; `kind` as of `numbers`. */
function stateOf(E: number, Q: number, seed: number, kind: number): Float32Array {
  const state = Float32Array.from(numbers((MIXTURE + E) * Q, seed, kind), Math.abs);
  for (let q = 0; q < Q; q++) state[q] = (seed + q) % 3 === 0 ? 0 : (seed + q) % 5000;
  for (let q = seed % 4; q < Q; q += 4) state.fill(0, 2 * Q + q, 2 * Q + q + 1);
  return state;
}

const sizes = [fc.integer({ min: 1, max: 60 }), fc.integer({ min: 2, max: 16 })] as const;

test('mixed: bits equal the reference of every horizon, for any state and movements', () => {
  fc.assert(
    fc.property(...sizes, fc.nat(1e9), fc.nat(5), fc.nat(5), (Q, E, seed, of, movesOf) => {
      const state = stateOf(E, Q, seed, of);
      const moves = numbers((E - 1) * Q, seed + 1, movesOf);
      const { f32, f64 } = arena.view();
      f32.set(state, STATE / 4);
      f64.set(moves, MOVES / 8);
      f64.fill(NaN, MOVES / 8 + moves.length, MOVES / 8 + moves.length + 3);
      f32[OUT / 4 + Q] = GUARD;
      exports.mixed(STATE, Q, E, MOVES, OUT);
      const expected = Float32Array.from({ length: Q }, (_, q) => mixed(state, moves, E, Q, q));
      sameNumbers(f32.slice(OUT / 4, OUT / 4 + Q), expected);
      expect(f32[OUT / 4 + Q]).toBe(GUARD);
      sameNumbers(f32.slice(STATE / 4, STATE / 4 + state.length), state);
    }),
    { numRuns: 500 },
  );
});

test('blame: bits equal the reference for every horizon whose target has come, and no other changes', () => {
  fc.assert(
    fc.property(
      ...sizes,
      fc.nat(1e9),
      fc.nat(5),
      fc.nat(5),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 0, max: 3 }),
      (Q, E, seed, of, movesOf, ring, gap) => {
        const state = stateOf(E, Q, seed, of);
        const saidWidth = (E - 1) * Q + gap; // other channels may lie between two steps
        const mixedWidth = Q + gap;
        const said = Uint16Array.from(numbers(ring * saidWidth, seed + 1, movesOf), toBfloat16);
        const mixes = Float32Array.from(numbers(ring * mixedWidth, seed + 2, movesOf));
        const moved = numbers(Q, seed + 3, movesOf);
        for (let q = 0; q < Q; q++) if ((seed + q * q) % 5 < 2) moved[q] = NaN;
        const places = Int32Array.from({ length: Q }, (_, q) => (seed + 7 * q) % ring);

        const { f32, f64, u16, i32 } = arena.view();
        f32.set(state, STATE / 4);
        f32[STATE / 4 + state.length] = GUARD;
        u16.set(said, SAID / 2);
        f32.set(mixes, MIXED / 4);
        f64.set(moved, MOVED / 8);
        f64[MOVED / 8 + Q] = 1; // what lies behind has not come
        i32.set(places, PLACES / 4);
        i32[PLACES / 4 + Q] = 1 << 30;
        exports.blame(STATE, Q, E, SAID, 2 * saidWidth, MIXED, 4 * mixedWidth, PLACES, MOVED);

        for (let q = 0; q < Q; q++) {
          if (Number.isNaN(moved[q])) continue;
          const at = places[q]! * saidWidth;
          const mix = mixes[places[q]! * mixedWidth + q]!;
          blame(state, said.subarray(at, at + (E - 1) * Q), E, Q, q, mix, moved[q]!);
        }
        sameNumbers(f32.slice(STATE / 4, STATE / 4 + state.length), state);
        expect(f32[STATE / 4 + state.length]).toBe(GUARD);
      },
    ),
    { numRuns: 500 },
  );
});
