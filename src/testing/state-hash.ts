import type { Hash } from 'node:crypto';
import type { Memory } from '../memory/memory.ts';

/** Takes a whole state into a hash: the rows in the order of their birth, what is kept of series that have left, and the partition's slots. */
export function addState(hash: Hash, memory: Memory): void {
  for (const { birth, series, bytes } of memory.all()) hash.update(`${birth} ${series} `).update(bytes);
  for (const { series, bytes } of memory.archived()) hash.update(`archived ${series} `).update(bytes);
  hash.update(memory.partitionBytes());
}
