import { createHash } from 'node:crypto';
import type { Commit } from '../../src/store/store.ts';

/**
 * SHA-256 of a partition's state, hexadecimal.
 *
 * @param rows all of them, in the order of birth
 * @param slots the partition's own
 */
export function stateDigest(rows: Commit['rows'], slots: Uint8Array): string {
  const hash = createHash('sha256');
  for (const { birth, series, bytes } of rows)
    hash.update(`${birth} ${series} ${bytes.length}\n`).update(bytes);
  return hash.update(slots).digest('hex');
}
