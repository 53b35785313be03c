import type { DeadLetter } from '../frame.ts';
import type { Points } from '../sink/points.ts';
import { ByteWriter } from './byte-writer.ts';

/** The kinds of points whose beginnings are kept. */
const MOST_KINDS = 256;

/** Where there are no bytes: as their number. */
const NONE = 0xffff_ffff;

/** All that is the same in every row of a block, as bytes, and the names of its columns in their order. */
interface Kind {
  readonly beginning: Uint8Array;
  readonly names: readonly string[];
}

/**
 * The canonical bytes of outputs: what their SHA-256 is taken over. Numbers are little-endian; a text is a u32 with the number of its bytes and these in
 * UTF-8; names are in the order of their UTF-16 code units.
 *
 *     a point:  text measurement
 *               u32 number of tags      for each: text name, text value
 *               u32 number of labels    for each: text name, text value
 *               u32 number of fields    for each: text name
 *               text series   f64 time, ms   f64 number   for each field: f64 value
 *     a dead letter:  text "dead_letter"   text series   f64 number   text reason   text detail
 *               u32 number of bytes, and these; ffffffff where the record had no value
 *
 * A field that is not there is NaN; every NaN is 7ff8000000000000, and −0 is 0, for that is what stores keep. What the number says: see `OutputSums`.
 */
export class OutputBytes {
  readonly #writer = new ByteWriter();
  readonly #kinds = new Map<string, Kind>();

  /** Of a row of this block and its number; a view that is valid until the next call. */
  points(block: Points): (row: number, number: number) => Uint8Array {
    const { series, time, fields } = block;
    const { beginning, names } = this.#kindOf(block);
    const columns = names.map((name) => fields[name]!);
    return (row, number) => {
      const writer = this.#writer.clear().bytes(beginning).text(series[row]!).f64(time[row]!).f64(number);
      for (const column of columns) writer.f64(column[row]!);
      return writer.written;
    };
  }

  /** A view that is valid until the next call. */
  deadLetter({ series, reason, detail, bytes }: DeadLetter, number: number): Uint8Array {
    const writer = this.#writer
      .clear()
      .text('dead_letter')
      .text(series)
      .f64(number)
      .text(reason)
      .text(detail);
    if (bytes === null) writer.u32(NONE);
    else writer.u32(bytes.length).bytes(bytes);
    return writer.written;
  }

  #kindOf(block: Points): Kind {
    const key = keyOf(block);
    const known = this.#kinds.get(key);
    if (known) return known;
    const { measurement, tags, labels = {}, fields } = block;
    const names = Object.keys(fields).toSorted();
    const writer = this.#writer.clear().text(measurement);
    for (const texts of [tags, labels]) {
      const keys = Object.keys(texts).toSorted();
      writer.u32(keys.length);
      for (const name of keys) writer.text(name).text(texts[name]!);
    }
    writer.u32(names.length);
    for (const name of names) writer.text(name);
    const kind = { beginning: Uint8Array.from(writer.written), names };
    // each alert is a kind of its own
    if (this.#kinds.size >= MOST_KINDS) this.#kinds.clear();
    this.#kinds.set(key, kind);
    return kind;
  }
}

/** Equal for equal kinds only. */
function keyOf({ measurement, tags, labels, fields }: Points): string {
  let key: string = measurement;
  for (const name in tags) key += `,${told(name)}${told(tags[name]!)}`;
  key += ';';
  for (const name in labels) key += `,${told(name)}${told(labels[name]!)}`;
  key += ';';
  for (const name in fields) key += `,${told(name)}`;
  return key;
}

function told(text: string): string {
  return `${text.length}:${text}`;
}
