import { createHash } from 'node:crypto';
import { readLayout, type RowLayout, type SlotPlace } from '../memory/layout.ts';
import type { StateRow } from '../store/store.ts';
import { ByteWriter } from './byte-writer.ts';
import { DIGEST_SLOTS } from './output-sums.ts';

/**
 * SHA-256 of a partition's state, 64 hexadecimal digits: equal for equal numbers, wherever in a row they lie. Over
 *
 *     the slots of the partition, then those of each series, in the order of their names (UTF-16 code units):
 *         u32 how many   for each: text name, text type, u32 width
 *     the numbers of the partition's slots, in the same order
 *     for each series, in the order in which they came: text name, the numbers of its slots
 *     u32 number of series
 *     where rows are kept of series that have left, for each of these, in the order of the bytes of its name: text name, the numbers of its slots
 *     u32 number of these
 *
 * little-endian, a text being a u32 with the number of its bytes in UTF-8 and these. What belongs to the digest of the outputs is left out, so that a
 * state is the same with and without it.
 *
 * @param layout what `Memory.layout()` says
 * @param rows all, in the order of birth
 * @param archived those that are kept of series that have left, in the order of the bytes of their names
 * @throws ForetideError STATE_CORRUPT where the layout is none
 */
export function stateDigest(
  layout: string,
  rows: Iterable<StateRow>,
  partition: Uint8Array,
  archived: Iterable<StateRow> = [],
): string {
  const of = readLayout(layout);
  const hash = createHash('sha256');
  const writer = new ByteWriter();
  const [own, each] = [slotsOf(of.partition), slotsOf(of.series)];
  for (const slots of [own, each]) {
    writer.u32(slots.length);
    for (const { name, type, width } of slots) writer.text(name).text(type).u32(width);
  }
  const put = (slots: readonly SlotPlace[], bytes: Uint8Array): void => {
    for (const { offset, bytes: length } of slots) writer.bytes(bytes.subarray(offset, offset + length));
    hash.update(writer.written);
    writer.clear();
  };
  put(own, partition);
  const putAll = (some: Iterable<StateRow>): number => {
    let length = 0;
    for (const { series, bytes } of some) {
      writer.text(series);
      put(each, bytes);
      length++;
    }
    return length;
  };
  writer.u32(putAll(rows));
  const kept = putAll(archived);
  if (kept > 0) writer.u32(kept);
  return hash.update(writer.written).digest('hex');
}

/** All that count, by name. */
export function slotsOf({ slots }: RowLayout): readonly SlotPlace[] {
  return slots
    .filter(({ name }) => !name.startsWith(`${DIGEST_SLOTS}.`))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
