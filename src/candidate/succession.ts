import { readLayout, type RowLayout } from '../memory/layout.ts';
import type { Task } from '../run/task.ts';
import { ALWAYS, DIGEST_GROUP, groupOf } from '../store/carry-rules.ts';
import { migrationOf } from '../store/migrate.ts';
import { heldState, type HeldState, holding, putHeld } from './held-state.ts';

/** Groups that are told to people, counted over outputs that went out, or say which series there are: they are the live task's. */
const LIVE_GROUPS: ReadonlySet<string> = new Set([
  'alert',
  'alert.late',
  'series',
  'commands.topic',
  DIGEST_GROUP,
]);

/**
 * The state with which a partition goes on when a second task takes its place.
 *
 * 1. What keeps order, identities and counts, and the alerts that people were told of, is the live task's, carried over as `store.onMismatch: migrate` does.
 *    So nothing goes out twice and nothing is left out.
 * 2. All else is the second task's: h, C and whatever it has learned.
 * 3. A series that the second task has not seen is the live task's, carried over: h and C are zeros.
 * 4. Images, by which late readings are taken in, begin anew: they are of outputs that never went out. So do sums over outputs.
 *
 * @param live and `shadow` stand at the same position, with everything committed
 * @throws ForetideError STATE_MISMATCH where nothing can go over: see `migrationOf`
 */
export function succession(live: Task, shadow: Task): HeldState {
  const migration = migrationOf(live.meaning, shadow.meaning, `partition ${live.partition}`);
  const { into, held } = holding(live.position ?? 0);
  putHeld(heldState(live), migration.into(into));
  const { series, partition } = readLayout(shadow.memory.layout());
  for (const { series: name, bytes } of held.rows) {
    const row = shadow.memory.find(name);
    if (row !== undefined) overlay(bytes, shadow.memory.rowBytes(row), series);
  }
  overlay(held.slots, shadow.memory.partitionBytes(), partition);
  return held;
}

function overlay(to: Uint8Array, from: Uint8Array, { slots }: RowLayout): void {
  for (const { name, offset, bytes } of slots)
    if (!isLive(name)) to.set(from.subarray(offset, offset + bytes), offset);
}

function isLive(slot: string): boolean {
  if (ALWAYS.includes(slot)) return true;
  const group = groupOf(slot)!;
  return LIVE_GROUPS.has(group.name) || group.isImage === true;
}
