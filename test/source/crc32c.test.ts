import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c } from '../../src/source/crc32c.ts';

test.each([
  ['32 zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['the check of the catalogues', Buffer.from('123456789'), 0xe3069283],
  ['nothing', new Uint8Array(0), 0],
])('is that of RFC 3720: %s', (_, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum);
});

test('of any bytes, from any place on, it is that of bit by bit', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(9), (bytes, from) => {
      expect(crc32c(bytes.subarray(from))).toBe(bitByBit(bytes.subarray(from)));
    }),
  );
});

function bitByBit(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
