import { slotsOf } from '../digest/state-digest.ts';
import { readLayout, type SlotPlace } from '../memory/layout.ts';
import type { SlotType } from '../memory/slot.ts';
import type { Task } from '../run/task.ts';
import type { StateRow } from '../store/store.ts';
import { type Difference, shownValue } from './difference.ts';

/** Where the state of a task differs from rows and slots that were stored under the same layout; undefined where it does not. */
export function stateDifference(
  { partition, memory }: Task,
  rows: Iterable<StateRow>,
  slots: Uint8Array,
): Difference | undefined {
  const layout = readLayout(memory.layout());
  const told = { partition, offset: null, series: '', time: null, what: 'state', column: '' } as const;
  const own = slotDifference(slotsOf(layout.partition), slots, memory.partitionBytes());
  if (own) return { ...told, ...own };
  const again = memory.all();
  for (const { series, bytes } of rows) {
    const { value: row } = again.next();
    const place = { ...told, series };
    if (!row) return { ...place, stored: 'a series', again: 'none' };
    if (row.series !== series)
      return { ...place, stored: shownValue(series), again: shownValue(row.series), column: 'series' };
    const found = slotDifference(slotsOf(layout.series), bytes, row.bytes);
    if (found) return { ...place, ...found };
  }
  const { value: more } = again.next();
  return more && { ...told, series: more.series, stored: 'none', again: 'a series' };
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
