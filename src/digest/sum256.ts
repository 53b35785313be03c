import { hash } from 'node:crypto';

/** i32 that a sum takes. */
export const LIMBS = 8;

const BITS = 0x1_0000_0000;

/**
 * Adds SHA-256 of these bytes, taken as a big-endian number, to a sum modulo 2^256.
 *
 * @param i32 where the sum lies: [LIMBS] from `at` on, the least significant 32 bits first
 */
export function addHash(i32: Int32Array, at: number, bytes: Uint8Array): void {
  // a text of one character a byte: a buffer takes three times as long, for it has to be allocated
  const digest = hash('sha256', bytes, 'binary');
  let carry = 0;
  for (let limb = 0; limb < LIMBS; limb++) {
    const from = 4 * (LIMBS - 1 - limb);
    const word =
      (digest.charCodeAt(from) << 24) |
      (digest.charCodeAt(from + 1) << 16) |
      (digest.charCodeAt(from + 2) << 8) |
      digest.charCodeAt(from + 3);
    const sum = (i32[at + limb]! >>> 0) + (word >>> 0) + carry;
    carry = sum >= BITS ? 1 : 0;
    i32[at + limb] = sum | 0;
  }
}

/** A sum as 64 hexadecimal digits. */
export function hexOf(i32: Int32Array, at: number): string {
  let hex = '';
  for (let limb = LIMBS - 1; limb >= 0; limb--) hex += (i32[at + limb]! >>> 0).toString(16).padStart(8, '0');
  return hex;
}
