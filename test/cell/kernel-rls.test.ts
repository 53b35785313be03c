import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../src/cell/kernel.ts';
import { packedLength, resetP, rlsDot, rlsGain, rlsLearn } from '../../src/learn/rls.ts';
import { fromBfloat16, toBfloat16 } from '../../src/maths/bfloat16.ts';
import { Arena } from '../../src/memory/arena.ts';
import { numbers, sameNumbers } from '../hostile.ts';

const SETTINGS = { forgetting: 0.9995, start: 0.3, traceLimit: 10 };
const INNOVATION = { cut: 4, rate: 0.01 };
const REACH = 12;
const GUARD = 4242;

const arena = new Arena();
const { exports } = Kernel.of(arena);
/** Places in the arena, in bytes; far enough from one another. */
const [P, W, USUAL, PHI, GAIN, MOVED, PLACES, OUT, WORK] = Array.from({ length: 9 }, () =>
  arena.take(1 << 18),
) as [number, number, number, number, number, number, number, number, number];

const halves = (from: Float64Array): Uint16Array => Uint16Array.from(from, toBfloat16);

describe('rlsGain', () => {
  const both = (d: number, before: Float32Array, phi: Uint16Array, settings = SETTINGS) => {
    const expected = { P: before.slice(), gain: new Uint16Array(d) };
    rlsGain(expected.P, 0, d, phi, 0, expected.gain, 0, settings);
    const { f32, u16 } = arena.view();
    f32.set(before, P / 4);
    f32[P / 4 + before.length] = GUARD;
    u16.set(phi, PHI / 2);
    u16[PHI / 2 + d] = 0x7fc0; // what lies behind is no part of it
    u16[GAIN / 2 + d] = GUARD;
    const { forgetting, start, traceLimit } = settings;
    exports.rlsGain(P, d, PHI, GAIN, forgetting, start, traceLimit, WORK);
    expect(f32[P / 4 + before.length]).toBe(GUARD);
    expect(u16[GAIN / 2 + d]).toBe(GUARD);
    sameNumbers(f32.slice(P / 4, P / 4 + before.length), expected.P);
    expect(u16.slice(GAIN / 2, GAIN / 2 + d)).toEqual(expected.gain);
    return expected;
  };

  test('bits equal the reference for any P and φ', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 130 }),
        fc.nat(1e9),
        fc.nat(5),
        fc.nat(5),
        (d, seed, of, phiOf) => {
          const before = Float32Array.from(numbers(packedLength(d), seed, of));
          both(d, before, halves(numbers(d, seed + 1, phiOf)));
        },
      ),
      { numRuns: 300 },
    );
  });

  test('bits equal the reference along 200 readings', () => {
    for (const d of [1, 2, 3, 4, 5, 17, 38, 39, 40, 64, 130]) {
      let P_t = new Float32Array(packedLength(d));
      resetP(P_t, 0, d, SETTINGS.start);
      for (let t = 0; t < 200; t++) P_t = both(d, P_t, halves(numbers(d, t, 0))).P;
    }
  });

  test('an infinite φ does no more harm than in the reference, whatever lies behind the last number', () => {
    for (let d = 1; d <= 9; d++) {
      const phi = new Uint16Array(d).fill(toBfloat16(1));
      phi[d >> 1] = toBfloat16(Infinity);
      const { gain } = both(d, new Float32Array(packedLength(d)).fill(1), phi);
      expect(gain.every((g) => Number.isNaN(fromBfloat16(g)))).toBe(true); // φᵀPφ is infinite, which is a number
    }
  });

  test('2,000,000 constant readings: P stays finite and its trace bounded', () => {
    const d = 5;
    const phi = Uint16Array.from([1, 0, 0.5, 0, -3], toBfloat16);
    const { f32, u16 } = arena.view();
    resetP(f32, P / 4, d, SETTINGS.start);
    u16.set(phi, PHI / 2);
    const { forgetting, start } = SETTINGS;
    const traceLimit = start * d;
    for (let t = 0; t < 2_000_000; t++) exports.rlsGain(P, d, PHI, GAIN, forgetting, start, traceLimit, WORK);
    const after = f32.slice(P / 4, P / 4 + packedLength(d));
    expect(after.every((p) => Number.isFinite(p))).toBe(true);
    expect(u16.slice(GAIN / 2, GAIN / 2 + d).every((g) => Number.isFinite(fromBfloat16(g)))).toBe(true);
    let trace = 0;
    for (let i = 0, k = 0; i < d; k += d - i, i++) trace += after[k]!;
    expect(trace).toBeGreaterThan(0);
    expect(trace).toBeLessThanOrEqual(traceLimit);
  });
});

test('rlsMoves: bits equal w·φ of every horizon, cut', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 130 }),
      fc.integer({ min: 1, max: 60 }),
      fc.nat(1e9),
      fc.nat(5),
      fc.nat(5),
      (d, Q, seed, of, phiOf) => {
        const w = Float32Array.from(numbers(d * Q, seed, of));
        const phi = halves(numbers(d, seed + 1, phiOf));
        const { f32, f64, u16 } = arena.view();
        f32.set(w, W / 4);
        u16.set(phi, PHI / 2);
        u16[PHI / 2 + d] = 0x7fc0;
        f64[OUT / 8 + Q] = GUARD;
        exports.rlsMoves(W, PHI, d, Q, REACH, OUT, WORK);
        const expected = Float64Array.from({ length: Q }, (_, q) =>
          Math.max(-REACH, Math.min(REACH, rlsDot(w, q * d, phi, 0, d))),
        );
        sameNumbers(f64.slice(OUT / 8, OUT / 8 + Q), expected);
        expect(f64[OUT / 8 + Q]).toBe(GUARD);
      },
    ),
    { numRuns: 200 },
  );
});

test('rlsLearn: bits equal the reference for every horizon whose target has come, and no other changes', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 130 }),
      fc.integer({ min: 1, max: 60 }),
      fc.nat(1e9),
      fc.nat(5),
      fc.nat(5),
      fc.integer({ min: 1, max: 9 }),
      (d, Q, seed, of, phiOf, ring) => {
        const w = Float32Array.from(numbers(d * Q, seed, of));
        const usual = Float32Array.from(numbers(Q, seed + 1, of), Math.abs);
        const phi = halves(numbers(d * ring, seed + 2, phiOf));
        const gain = halves(numbers(d * ring, seed + 3, phiOf));
        const moved = numbers(Q, seed + 4, of);
        for (let q = seed % 3; q < Q; q += 3) moved[q] = NaN;
        const places = Int32Array.from({ length: Q }, (_, q) => (seed + 7 * q) % ring);

        const { f32, f64, u16, i32 } = arena.view();
        f32.set(w, W / 4);
        f32.set(usual, USUAL / 4);
        u16.set(phi, PHI / 2);
        u16.set(gain, GAIN / 2);
        f64.set(moved, MOVED / 8);
        i32.set(places, PLACES / 4);
        f32[W / 4 + d * Q] = GUARD;
        f32[USUAL / 4 + Q] = GUARD;
        const { cut, rate } = INNOVATION;
        exports.rlsLearn(W, USUAL, PHI, GAIN, 2 * d, d, Q, PLACES, MOVED, cut, rate);

        for (let q = 0; q < Q; q++) {
          if (Number.isNaN(moved[q])) continue;
          const at = places[q]! * d;
          rlsLearn(w, q * d, usual, q, phi, at, gain, at, d, moved[q]!, INNOVATION);
        }
        sameNumbers(f32.slice(W / 4, W / 4 + d * Q), w);
        sameNumbers(f32.slice(USUAL / 4, USUAL / 4 + Q), usual);
        expect(f32[W / 4 + d * Q]).toBe(GUARD);
        expect(f32[USUAL / 4 + Q]).toBe(GUARD);
      },
    ),
    { numRuns: 200 },
  );
});
