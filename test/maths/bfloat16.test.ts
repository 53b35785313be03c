import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromBfloat16, toBfloat16 } from '../../src/maths/bfloat16.ts';

const INFINITY = 0x7f80;

/** x rounded to 8 significant bits, ties to even, by arithmetic alone; x is a float32. */
function rounded(x: number): number {
  const size = Math.abs(x);
  let exponent = -126;
  while (size >= 2 ** (exponent + 1)) exponent++;
  const quantum = 2 ** (exponent - 7);
  const parts = size / quantum; // exact: a power of two
  const whole = Math.floor(parts);
  const rest = parts - whole;
  const up = rest > 0.5 || (rest === 0.5 && whole % 2 === 1);
  const result = (whole + (up ? 1 : 0)) * quantum;
  return Math.sign(x) * (result >= 2 ** 128 ? Infinity : result);
}

/** A float32 by its bits. */
function float32(bits: number): number {
  return new Float32Array(Int32Array.of(bits).buffer)[0]!;
}

// Seen to fail when ties go up, when the lower half is cut off, and when ties go to the odd neighbour.
test('is the nearest number of 8 significant bits, ties to even', () => {
  const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
  fc.assert(
    fc.property(finite, (x) => {
      expect(fromBfloat16(toBfloat16(x))).toBe(rounded(x));
    }),
    { numRuns: 3000 },
  );
});

test('ties and their neighbours, at all magnitudes', () => {
  for (let half = 0; half < INFINITY; half += 7) {
    const tie = (half << 16) | 0x8000;
    for (const bits of [tie - 1, tie, tie + 1]) {
      for (const sign of [0, 0x80000000]) {
        const x = float32(bits | sign);
        expect(fromBfloat16(toBfloat16(x))).toBe(rounded(x));
      }
    }
  }
});

test('what is a bfloat16 already stays what it is, bit for bit: all of them', () => {
  for (let half = 0; half <= 0xffff; half++) {
    const x = fromBfloat16(half);
    if (!Number.isNaN(x)) expect(toBfloat16(x)).toBe(half);
    else expect((half & 0x7fff) > INFINITY).toBe(true);
  }
});

test('zeros keep their sign, what is too large is infinite, what is too small is 0', () => {
  expect([0, -0, Infinity, -Infinity].map(toBfloat16)).toEqual([0, 0x8000, 0x7f80, 0xff80]);
  expect([1e300, -1e300, 3.4e38].map(toBfloat16)).toEqual([0x7f80, 0xff80, 0x7f80]);
  expect([3.38e38, 1e38].map((x) => Number.isFinite(fromBfloat16(toBfloat16(x))))).toEqual([true, true]);
  expect([1e-300, 1e-45, -1e-300].map(toBfloat16)).toEqual([0, 0, 0x8000]);
  expect([1, -2, 0.5, 1.5].map((x) => fromBfloat16(toBfloat16(x)))).toEqual([1, -2, 0.5, 1.5]);
});

// State must be the same bytes on every machine: processors and compilers differ in the bits of a NaN.
test('NaN is one NaN, whatever its bits', () => {
  for (const bits of [0x7fc00000, 0x7fffffff, 0x7f800001, 0x7fc00001, -1, -4194304]) {
    expect(toBfloat16(float32(bits))).toBe(0x7fc0);
  }
  expect(toBfloat16(NaN)).toBe(0x7fc0);
  expect(fromBfloat16(0x7fc0)).toBe(NaN);
});

test('the bits of numbers from 0 up are in the order of the numbers', () => {
  for (let half = 0; half < INFINITY; half++) {
    expect(fromBfloat16(half)).toBeLessThan(fromBfloat16(half + 1));
  }
  const positive = fc.float({ min: 0, noNaN: true });
  fc.assert(
    fc.property(positive, positive, (x, y) => {
      expect(Math.max(toBfloat16(x), toBfloat16(y))).toBe(toBfloat16(Math.max(x, y)));
    }),
  );
});
