import { expect, test } from 'vitest';
import { DTYPES } from '../../src/model/dtypes.ts';

function read(dtype: string, ...bytes: number[]): number {
  const view = new DataView(Uint8Array.from(bytes).buffer);
  return DTYPES[dtype]!.read(view, bytes.length - DTYPES[dtype]!.size);
}

// the bit patterns of https://en.wikipedia.org/wiki/Half-precision_floating-point_format#Half_precision_examples
test.each([
  [0x0000, 0],
  [0x8000, -0],
  [0x0001, 2 ** -24],
  [0x83ff, -(1023 / 1024) * 2 ** -14],
  [0x0400, 2 ** -14],
  [0x3555, 0.333251953125],
  [0x3c00, 1],
  [0xc000, -2],
  [0x7bff, 65504],
  [0x7c00, Infinity],
  [0xfc00, -Infinity],
  [0x7e00, NaN],
])('F16 %i is %d', (pattern, value) => {
  expect(read('F16', pattern & 255, pattern >> 8)).toBe(value);
});

test('every float16 is read as the number that its bits say', () => {
  for (let pattern = 0; pattern < 0x7c00; pattern++) {
    const exponent = pattern >> 10;
    const fraction = (pattern & 1023) / 1024;
    const value = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
    if (read('F16', pattern & 255, pattern >> 8) !== value) expect.unreachable(String(pattern));
    if (read('F16', pattern & 255, (pattern >> 8) | 0x80) !== -value) expect.unreachable(String(pattern));
  }
});

test('BF16 is the upper half of a float32', () => {
  expect(read('BF16', 0x80, 0x3f)).toBe(1);
  expect(read('BF16', 0x49, 0xc0)).toBe(-3.140625);
  expect(read('BF16', 1, 0)).toBe(2 ** -133);
});

test('F64 is rounded to the nearest float32; F32 comes as it is', () => {
  const bytes = (value: number): number[] => [...new Uint8Array(Float64Array.of(value).buffer)];
  expect(read('F64', ...bytes(0.1))).toBe(Math.fround(0.1));
  expect(read('F64', ...bytes(1e39))).toBe(Infinity);
  expect(read('F32', 9, 9, 0, 0, 0x80, 0xbf)).toBe(-1);
});
