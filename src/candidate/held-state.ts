import type { Restoring, StateRow } from '../store/store.ts';
import type { Task } from '../run/task.ts';

/** The state of a partition as of a position, held by this process. */
export interface HeldState {
  /** The offset to go on from. */
  readonly next: number;
  /** In the order of birth. */
  readonly rows: readonly (StateRow & { readonly birth: number })[];
  /** Rows of series that have left and are kept. */
  readonly archived: readonly StateRow[];
  readonly slots: Uint8Array;
}

/** A copy of all that a task's Memory holds. */
export function heldState({ memory, position }: Task): HeldState {
  const rows = Array.from(memory.all(), ({ birth, series, bytes }) => ({
    birth,
    series,
    bytes: bytes.slice(),
  }));
  const archived = Array.from(memory.archived(), ({ series, bytes }) => ({ series, bytes: bytes.slice() }));
  return { next: position ?? 0, rows, archived, slots: memory.partitionBytes().slice() };
}

/** Gives a held state to an empty Memory. */
export function putHeld({ rows, archived, slots }: HeldState, into: Restoring): void {
  for (const { birth, series, bytes } of rows) into.row(birth, series, bytes);
  for (const { series, bytes } of archived) into.archived(series, bytes);
  into.partition(slots);
}

/** What takes a state in, to be held. */
export function holding(next: number): { readonly into: Restoring; readonly held: HeldState } {
  const rows: (StateRow & { readonly birth: number })[] = [];
  const archived: StateRow[] = [];
  const held = { next, rows, archived, slots: new Uint8Array() };
  const into: Restoring = {
    row: (birth, series, bytes) => void rows.push({ birth, series, bytes: bytes.slice() }),
    archived: (series, bytes) => void archived.push({ series, bytes: bytes.slice() }),
    // of what is whole nothing goes
    forget: () => undefined,
    partition: (bytes) => void (held.slots = bytes.slice()),
    clear: () => {
      rows.length = 0;
      archived.length = 0;
    },
  };
  return { into, held };
}
