import type { Memory } from './memory/memory.ts';
import type { Slot } from './memory/slot.ts';

/**
 * What became of everything that came in, counted per partition in Memory. Two balances hold at every commit:
 * `records = decoded + dead` and `readings = used + duplicate + late`.
 */
export const ACCOUNT = ['records', 'decoded', 'dead', 'readings', 'used', 'duplicate', 'late'] as const;
export type Account = Record<(typeof ACCOUNT)[number], number>;

/** The slot that the counts lie in, one float64 each in the order of ACCOUNT. */
export function accountSlot(memory: Memory): Slot {
  return memory.partition('account', 'f64', ACCOUNT.length);
}

/** Adds to the counts. The caller has announced the change of the partition's slots. */
export function addToAccount(memory: Memory, slot: Slot, counts: Partial<Account>): void {
  const { f64 } = memory.view();
  const at = slot.at(0);
  ACCOUNT.forEach((name, i) => {
    f64[at + i] = f64[at + i]! + (counts[name] ?? 0);
  });
}

/** The counts as they are now. */
export function readAccount(memory: Memory, slot: Slot): Account {
  const { f64 } = memory.view();
  const at = slot.at(0);
  return Object.fromEntries(ACCOUNT.map((name, i) => [name, f64[at + i]!])) as Account;
}
