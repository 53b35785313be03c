import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { textOf } from '../../src/decode/text.ts';

test('is the text of UTF-8 bytes, whatever array holds them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const bytes = Buffer.from(text);
      const inside = Uint8Array.from([1, ...bytes, 2]).subarray(1, -1);
      expect(textOf(bytes)).toBe(text);
      expect(textOf(inside)).toBe(text);
    }),
  );
});

test('is undefined exactly where a strict decoder refuses the bytes', () => {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const expected = (bytes: Uint8Array): string | undefined => {
    try {
      return strict.decode(bytes);
    } catch {
      return undefined;
    }
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
      expect(textOf(bytes)).toBe(expected(bytes));
    }),
  );
  expect(textOf(Uint8Array.of(0x61, 0xff))).toBeUndefined();
  expect(textOf(Uint8Array.of(0xed, 0xa0, 0x80))).toBeUndefined(); // a surrogate
});

test('keeps a replacement character that was written, and a byte order mark', () => {
  expect(textOf(Buffer.from('a\ufffdb'))).toBe('a\ufffdb');
  expect(textOf(Buffer.from('\ufeffa'))).toBe('\ufeffa');
});
