import { slotsOf } from '../digest/state-digest.ts';
import { readLayout, type SlotPlace } from '../memory/layout.ts';
import type { SlotType } from '../memory/slot.ts';
import type { Task } from '../run/task.ts';
import type { StateRow } from '../store/store.ts';
import { type Difference, shownValue } from './difference.ts';

/**
 * Where the state of a task differs from what was stored under the same layout; undefined where it does not.
 *
 * @param rows in the order of birth
 * @param archived rows of series that have left, in the order of the bytes of their names
 */
export function stateDifference(
  { partition, memory }: Task,
  rows: Iterable<StateRow>,
  archived: Iterable<StateRow>,
  slots: Uint8Array,
): Difference | undefined {
  const layout = readLayout(memory.layout());
  const told = { partition, offset: null, series: '', time: null, column: '' } as const;
  const own = slotDifference(slotsOf(layout.partition), slots, memory.partitionBytes());
  if (own) return { ...told, what: 'state', ...own };
  const of = slotsOf(layout.series);
  return (
    rowDifference({ ...told, what: 'state' }, of, rows, memory.all()) ??
    rowDifference({ ...told, what: 'archived state' }, of, archived, memory.archived())
  );
}

function rowDifference(
  told: Omit<Difference, 'stored' | 'again'>,
  of: readonly SlotPlace[],
  rows: Iterable<StateRow>,
  again: Iterator<StateRow, unknown>,
): Difference | undefined {
  for (const { series, bytes } of rows) {
    const row = nextOf(again);
    const place = { ...told, series };
    if (!row) return { ...place, stored: 'a series', again: 'none' };
    if (row.series !== series)
      return { ...place, stored: shownValue(series), again: shownValue(row.series), column: 'series' };
    const found = slotDifference(of, bytes, row.bytes);
    if (found) return { ...place, ...found };
  }
  const more = nextOf(again);
  return more && { ...told, series: more.series, stored: 'none', again: 'a series' };
}

function nextOf(rows: Iterator<StateRow, unknown>): StateRow | undefined {
  const next = rows.next();
  return next.done === true ? undefined : next.value;
}

function slotDifference(
  slots: readonly SlotPlace[],
  stored: Uint8Array,
  again: Uint8Array,
): Pick<Difference, 'column' | 'stored' | 'again'> | undefined {
  for (const { name, type, width, offset, bytes } of slots) {
    const size = bytes / width;
    for (let k = 0; k < width; k++) {
      const at = offset + k * size;
      const [was, is] = [stored, again].map((row) => Buffer.from(row.subarray(at, at + size)));
      if (was!.equals(is!)) continue;
      const column = `${name}[${k}]`;
      return { column, stored: String(numberOf(was!, type)), again: String(numberOf(is!, type)) };
    }
  }
  return undefined;
}

function numberOf(bytes: Buffer, type: SlotType): number {
  switch (type) {
    case 'u16':
      return bytes.readUInt16LE();
    case 'i32':
      return bytes.readInt32LE();
    case 'f32':
      return bytes.readFloatLE();
    case 'f64':
      return bytes.readDoubleLE();
  }
}
