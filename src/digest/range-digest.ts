import { z } from 'zod';

const Sum = z.string().regex(/^[0-9a-f]{64}$/);

/** What came of a range of one partition: sums over its outputs, that do not depend on how it was cut, committed or interrupted. */
export const RangeDigest = z.object({
  /** Offset of the first record that counts. */
  from: z.int().min(0),
  /** The position after the last one. */
  to: z.int().min(0),
  /** Records that had been taken in before the first that counts; 0: the sums are of all that the state has seen. */
  before: z.int().min(0),
  /** Outputs other than dead letters, and the sum modulo 2^256 of SHA-256 of the canonical bytes of each (see `OutputBytes`), 64 hexadecimal digits. */
  outputs: z.int().min(0),
  sum: Sum,
  /** The same of dead letters. */
  dead: z.int().min(0),
  deadSum: Sum,
});
export type RangeDigest = z.infer<typeof RangeDigest>;
