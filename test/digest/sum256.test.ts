import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addHash, hexOf, LIMBS } from '../../src/digest/sum256.ts';

// Seen to fail without the carry, and with the words of a hash in the other order.
test('is the sum of the hashes as numbers, modulo 2^256', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 40 }), (all) => {
      const i32 = new Int32Array(LIMBS + 2);
      for (const bytes of all) addHash(i32, 1, bytes);
      const expected = all.reduce(
        (sum, bytes) => (sum + BigInt(`0x${createHash('sha256').update(bytes).digest('hex')}`)) % 2n ** 256n,
        0n,
      );
      expect(hexOf(i32, 1)).toBe(expected.toString(16).padStart(64, '0'));
      expect([i32[0], i32.at(-1)]).toEqual([0, 0]);
    }),
  );
});
