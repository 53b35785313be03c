import { finished } from 'node:stream/promises';
import { type InfoRecord, parse as parseCsv } from 'csv-parse';
import { ForetideError } from '../errors.ts';
import { FileBytes } from './file-bytes.ts';
import { parquetRecords, type ParquetTable } from './parquet-records.ts';
import type { Portion } from './portion.ts';
import type { SourceRecord } from './source.ts';

/** Longest line or row, bytes: a file without line breaks must not fill the memory. */
const MAX_LINE = 1 << 20;
/** What ends a row of a table; a file may have several of them. */
export const LINE_BREAKS = ['\r\n', '\n', '\r'];

/** What is known of files that are tables. */
export interface Table {
  readonly delimiter: string;
  /** Names of the columns where the settings tell them; a first line that is these is a header, any other a row. */
  readonly columns?: readonly string[] | undefined;
}

/** How a file is split into records: as a table of text, as one of Parquet, or (undefined) line by line. */
export type FileShape = Table | ParquetTable | undefined;

/**
 * Reads one file record by record, from an offset on; one that is packed is unpacked on the way. Offset −1 of a table is its header.
 *
 * Where the file cannot be read on, all records before that come first.
 */
export class FileReader {
  readonly partition: number;
  readonly #path: string;
  readonly #bytes: FileBytes;
  readonly #portions: AsyncGenerator<Portion>;
  #portion: Portion = { records: [], share: () => 0 };
  /** Place in the portion of the next record. */
  #at = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(partition: number, path: string, from: number, shape: FileShape) {
    this.partition = partition;
    this.#path = path;
    this.#bytes = new FileBytes(path);
    if (shape === undefined) this.#portions = this.#lines(from);
    else this.#portions = 'delimiter' in shape ? this.#rows(from, shape) : parquetRecords(path, from, shape);
  }

  /** Share of the file that lies behind, 0 to 1. */
  get share(): number {
    return this.#at === 0 ? 0 : this.#portion.share(this.#at - 1);
  }

  /** The next records, fewer than `count` before the end and before a fault; none at the end. */
  async take(count: number): Promise<SourceRecord[]> {
    const records: SourceRecord[] = [];
    while (records.length < count) {
      const record = await this.#next(records.length > 0);
      if (record === undefined) break;
      records.push(record);
    }
    return records;
  }

  async close(): Promise<void> {
    await this.#portions.return(undefined);
    this.#portion = { records: [], share: () => 0 };
    this.#at = 0;
  }

  /** @param isLater a fault is kept for the next call */
  async #next(isLater: boolean): Promise<SourceRecord | undefined> {
    if (this.#failure) throw this.#failure.error;
    try {
      while (this.#at >= this.#portion.records.length) {
        const { value, done } = await this.#portions.next();
        if (done) return undefined;
        // one without records leaves the share as it is
        if (value.records.length > 0) [this.#portion, this.#at] = [value, 0];
      }
      return this.#portion.records[this.#at++];
    } catch (error) {
      this.#failure = { error };
      if (isLater) return undefined;
      throw error;
    }
  }

  async *#rows(from: number, { delimiter, columns }: Table): AsyncGenerator<Portion> {
    // gathered here: as a stream the parser would drop, when it fails, the rows before
    let rows: { readonly cells: readonly string[]; readonly raw: string; readonly end: number }[] = [];
    let line = 0;
    const parser = parseCsv({
      delimiter,
      record_delimiter: LINE_BREAKS,
      bom: true,
      raw: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      max_record_size: MAX_LINE,
      on_record: (row: unknown, { lines, bytes }: InfoRecord) => {
        const { record: cells, raw } = row as { readonly record: readonly string[]; readonly raw: string };
        line = lines;
        rows.push({ cells, raw, end: bytes });
        return null;
      },
    });
    const failures: Error[] = [];
    parser.on('error', (error) => failures.push(error));
    let offset = -1;
    const taken = (): Portion => {
      const records: SourceRecord[] = [];
      const ends: number[] = [];
      for (const { cells, raw, end } of rows) {
        if (offset === -1 && columns && !isHeader(cells, columns)) offset = 0;
        if (offset >= from) {
          const value = Buffer.from(raw.replace(/^[\r\n]+|[\r\n]+$/g, ''));
          records.push({ offset, key: null, value, cells });
          ends.push(end);
        }
        offset++;
      }
      rows = [];
      return { records, share: (i) => this.#bytes.shareBefore(ends[i]!) };
    };
    try {
      for await (const chunk of this.#bytes.chunks()) {
        await new Promise((resolve) => parser.write(chunk, resolve));
        yield taken();
        if (failures[0]) throw failures[0];
      }
      parser.end();
      await finished(parser.resume());
      yield taken();
    } catch (cause) {
      if (!(cause instanceof Error) || cause !== failures[0]) throw cause;
      throw new ForetideError('FILE_FORMAT', {
        what: 'The CSV file cannot be read on',
        got: cause.message,
        // where the row begins; the parser says where it ends, which for an unclosed quote is the end of the file
        where: `${this.#path}:${line + 1}`,
        todo: 'Mend the row that begins there, or remove it.',
        cause,
      });
    } finally {
      parser.destroy();
    }
  }

  /** What stands between line feeds, as it is: JSON may hold other characters that are line breaks to Unicode. */
  async *#lines(from: number): AsyncGenerator<Portion> {
    let offset = 0;
    let line = 1;
    let begun: Buffer = Buffer.alloc(0);
    /** Byte of the content that the chunk begins at. */
    let place = 0;
    let records: SourceRecord[] = [];
    let ends: number[] = [];
    const add = (bytes: Buffer, end: number): void => {
      const value = withoutEnds(bytes, line);
      if (isBlank(value)) return;
      if (offset >= from) {
        records.push({ offset, key: null, value });
        ends.push(end);
      }
      offset++;
    };
    const taken = (): Portion => {
      const places = ends;
      const portion = { records, share: (i: number) => this.#bytes.shareBefore(places[i]!) };
      records = [];
      ends = [];
      return portion;
    };
    for await (const chunk of this.#bytes.chunks()) {
      let start = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
        const rest = chunk.subarray(start, end);
        add(begun.length > 0 ? Buffer.concat([begun, rest]) : rest, place + end + 1);
        begun = Buffer.alloc(0);
        start = end + 1;
        line++;
      }
      begun = Buffer.concat([begun, chunk.subarray(start)]);
      place += chunk.length;
      yield taken();
      if (begun.length <= MAX_LINE) continue;
      throw new ForetideError('FILE_FORMAT', {
        what: 'A line is too long',
        expected: `about ${MAX_LINE} bytes at most`,
        where: `${this.#path}:${line}`,
        todo: 'One record must stand on a line; see input.decode.format.',
      });
    }
    if (begun.length > 0) add(begun, place);
    yield taken();
  }
}

/** Without the byte order mark at the beginning of a file and the carriage return at the end of a line. */
function withoutEnds(bytes: Buffer, line: number): Buffer {
  const start = line === 1 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  return bytes.subarray(start, bytes.at(-1) === 13 ? -1 : bytes.length);
}

function isBlank(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 32 || byte === 9 || byte === 13);
}

/** Whether a first line of a table is the names of its columns. */
export function isHeader(cells: readonly string[], columns: readonly string[]): boolean {
  return cells.length === columns.length && cells.every((cell, i) => cell.trim() === columns[i]!.trim());
}
