import type { Memory } from './memory/memory.ts';
import type { Slot } from './memory/slot.ts';

/**
 * What became of everything that came in, counted per partition in Memory. Two balances hold at every commit:
 * `records = decoded + dead` and `readings = used + duplicate + late + early`.
 */
export const ACCOUNT = [
  'records',
  'decoded',
  'dead',
  'readings',
  'used',
  'duplicate',
  'late',
  'early',
] as const;
export type Account = Record<(typeof ACCOUNT)[number], number>;

/** Counts of every partition. `early` has a place of its own, which only those have that keep known values: see `declareEarly`. */
const ALWAYS = ACCOUNT.slice(0, -1);
const EARLY = 'account.early';

/** The slot that the counts lie in, one float64 each in the order of ACCOUNT; without `early`. */
export function accountSlot(memory: Memory): Slot {
  return memory.partition('account', 'f64', ALWAYS.length);
}

/** Makes room for the count of readings that come too early. */
export function declareEarly(memory: Memory): void {
  memory.partition(EARLY, 'f64');
}

/** Adds to the counts. The caller has announced the change of the partition's slots. */
export function addToAccount(memory: Memory, slot: Slot, counts: Partial<Account>): void {
  const { f64 } = memory.view();
  const at = slot.at(0);
  ALWAYS.forEach((name, i) => {
    f64[at + i] = f64[at + i]! + (counts[name] ?? 0);
  });
  const early = memory.partitionSlot(EARLY)?.at(0);
  if (early !== undefined) f64[early] = f64[early]! + (counts.early ?? 0);
}

/** The counts as they are now. */
export function readAccount(memory: Memory, slot: Slot): Account {
  const { f64 } = memory.view();
  const at = slot.at(0);
  const early = memory.partitionSlot(EARLY)?.at(0);
  const counts = ALWAYS.map((name, i) => [name, f64[at + i]!]);
  return Object.fromEntries([...counts, ['early', early === undefined ? 0 : f64[early]!]]) as Account;
}
