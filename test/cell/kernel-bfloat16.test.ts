import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Kernel } from '../../src/cell/kernel.ts';
import { toBfloat16 } from '../../src/maths/bfloat16.ts';
import { Arena } from '../../src/memory/arena.ts';
import { numbers } from '../hostile.ts';

const GUARD = 4242;
const arena = new Arena();
const { exports } = Kernel.of(arena);
const [FROM, TO] = [arena.take(1 << 14), arena.take(1 << 14)];

test('packHalves: bits equal toBfloat16 for any numbers, and what lies behind stays', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.nat(1e9), fc.nat(5), (n, seed, kind) => {
      const from = numbers(n, seed, kind);
      const { f64, u16 } = arena.view();
      f64.set(from, FROM / 8);
      u16[TO / 2 + n] = GUARD;
      exports.packHalves(FROM, TO, n);
      expect(u16.slice(TO / 2, TO / 2 + n)).toEqual(Uint16Array.from(from, toBfloat16));
      expect(u16[TO / 2 + n]).toBe(GUARD);
    }),
    { numRuns: 300 },
  );
});

test('packHalves: ties go to even, the largest become infinite', () => {
  const from = [1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -23, 3.4e38, 1e300, -1e-50];
  const { f64, u16 } = arena.view();
  f64.set(from, FROM / 8);
  exports.packHalves(FROM, TO, from.length);
  expect(Array.from(u16.slice(TO / 2, TO / 2 + 6))).toEqual([0x3f80, 0x3f82, 0x3f81, 0x7f80, 0x7f80, 0x8000]);
});
