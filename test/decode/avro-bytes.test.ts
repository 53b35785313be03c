import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { AvroBytes } from '../../src/decode/avro-bytes.ts';
import { Unreadable } from '../../src/decode/unreadable.ts';
import { zigzag } from './zigzag.ts';

const hex = (text: string): AvroBytes => new AvroBytes(Buffer.from(text.replaceAll(' ', ''), 'hex'));

// https://avro.apache.org/docs/1.12.0/specification/#primitive-types-1, and the ends of 64 bits by hand
test.each([
  ['00', 0],
  ['01', -1],
  ['02', 1],
  ['7f', -64],
  ['8001', 64],
  ['80 8080 8080 8080 10', 2 ** 52],
  ['fe ffff ffff ffff 1f', 2 ** 53 - 1],
  ['fd ffff ffff ffff 1f', -(2 ** 53) + 1],
  ['ff ffff ffff ffff 1f', -(2n ** 53n)],
  ['80 8080 8080 8080 20', 2n ** 53n],
  ['fe ffff ffff ffff ffff 01', 2n ** 63n - 1n],
  ['ff ffff ffff ffff ffff 01', -(2n ** 63n)],
])('the long %s', (bytes, value) => {
  expect(hex(bytes).long()).toBe(value);
});

test('every long of 64 bits, exactly', () => {
  const some = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.maxSafeInteger().map(BigInt),
  );
  fc.assert(
    fc.property(some, (value) => {
      const read = new AvroBytes(zigzag(value)).long();
      expect(BigInt(read)).toBe(value);
      expect(typeof read).toBe(Number.isSafeInteger(Number(value)) ? 'number' : 'bigint');
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['an end within a long', '80', (bytes: AvroBytes) => bytes.long()],
  ['a long of eleven bytes', '80'.repeat(10) + '00', (bytes: AvroBytes) => bytes.long()],
  ['a long of 65 bits', 'ff'.repeat(9) + '02', (bytes: AvroBytes) => bytes.long()],
  ['an int of 33 bits', '8080808020', (bytes: AvroBytes) => bytes.int()],
  ['a boolean that is 2', '02', (bytes: AvroBytes) => bytes.boolean()],
  ['a double of 7 bytes', '00'.repeat(7), (bytes: AvroBytes) => bytes.double()],
  ['a text that is longer than the bytes', '0661', (bytes: AvroBytes) => bytes.string()],
  ['a text of a negative length', '01', (bytes: AvroBytes) => bytes.string()],
  ['a text of 2^62 bytes', 'feffffffffffffff7f', (bytes: AvroBytes) => bytes.string()],
  ['no UTF-8', '02ff', (bytes: AvroBytes) => bytes.string()],
  ['an index of nothing', '04', (bytes: AvroBytes) => bytes.index(2)],
  ['a negative index', '01', (bytes: AvroBytes) => bytes.index(2)],
])('refuses %s', (_, bytes, read) => {
  expect(() => read(hex(bytes))).toThrow(Unreadable);
  expect(() => read(hex(bytes))).toThrow(/expected .*got/);
});

test('a text may have a byte order mark and every character', () => {
  expect(hex('08f09f9880').string()).toBe('😀');
  expect(hex('06efbbbf').string()).toBe('\ufeff');
});

test('elements that take no bytes come to an end', () => {
  const count = 'feffffffffffffff7f';
  expect(() => hex(count).blocks(() => null)).toThrow('expected at most 100000 elements, got more');
});

test('blocks with their sizes, as others write them', () => {
  const items: unknown[] = [];
  const bytes = hex('03 04 02 04 02 06 00');
  bytes.blocks(() => items.push(bytes.long()));
  expect(items).toEqual([1, 2, 3]);
  expect(bytes.rest).toBe(0);
});
