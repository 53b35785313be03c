import { createReadStream } from 'node:fs';
import { parse as parseCsv } from 'csv-parse';
import { ForetideError } from '../errors.ts';
import { filePath } from './file-path.ts';
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

/** Reads one file record by record, from an offset on. Offset −1 of a table is its header. */
export class FileReader {
  readonly partition: number;
  readonly #path: string;
  readonly #records: AsyncGenerator<SourceRecord>;
  #ahead: SourceRecord | undefined;
  #aheadTime: number | undefined;
  #lastTime = -Infinity;

  constructor(partition: number, path: string, from: number, table: Table | undefined) {
    this.partition = partition;
    this.#path = path;
    this.#records = table ? this.#rows(from, table) : this.#lines(from);
  }

  async take(count: number): Promise<SourceRecord[]> {
    const records: SourceRecord[] = [];
    if (this.#ahead) records.push(this.shift());
    while (records.length < count) {
      const { value, done } = await this.#records.next();
      if (done) break;
      records.push(value);
    }
    return records;
  }

  /** Event time of the next record; one without a time goes with the record before it. Infinity at the end. */
  async nextTime(timeOf: (record: SourceRecord) => number | undefined): Promise<number> {
    if (this.#aheadTime !== undefined) return this.#aheadTime;
    const { value, done } = await this.#records.next();
    if (done) return Infinity;
    this.#ahead = value;
    this.#lastTime = Math.max(this.#lastTime, timeOf(value) ?? this.#lastTime);
    this.#aheadTime = this.#lastTime;
    return this.#aheadTime;
  }

  /** The record that `nextTime` looked at. */
  shift(): SourceRecord {
    const record = this.#ahead!;
    this.#ahead = undefined;
    this.#aheadTime = undefined;
    return record;
  }

  async close(): Promise<void> {
    await this.#records.return(undefined);
  }

  async *#rows(from: number, { delimiter, columns }: Table): AsyncGenerator<SourceRecord> {
    const input = createReadStream(filePath(this.#path), { highWaterMark: 1 << 18 });
    const rows = input.pipe(
      parseCsv({
        delimiter,
        record_delimiter: LINE_BREAKS,
        bom: true,
        raw: true,
        info: true,
        relax_column_count: true,
        relax_quotes: true,
        skip_empty_lines: true,
        max_record_size: MAX_LINE,
      }),
    );
    input.on('error', (error) => rows.destroy(error));
    let offset = -1;
    let line = 0;
    try {
      for await (const row of rows as AsyncIterable<{
        record: string[];
        raw: string;
        info: { lines: number };
      }>) {
        line = row.info.lines;
        if (offset === -1 && columns && !isHeader(row.record, columns)) offset = 0;
        if (offset >= from) {
          const raw = row.raw.replace(/^[\r\n]+|[\r\n]+$/g, '');
          yield { offset, key: null, value: Buffer.from(raw), cells: row.record };
        }
        offset++;
      }
    } catch (cause) {
      throw new ForetideError('FILE_FORMAT', {
        what: 'The CSV file cannot be read on',
        got: cause instanceof Error ? cause.message : String(cause),
        // where the row begins; the parser says where it ends, which for an unclosed quote is the end of the file
        where: `${this.#path}:${line + 1}`,
        todo: 'Mend the row that begins there, or remove it.',
        cause,
      });
    } finally {
      input.destroy();
    }
  }

  async *#lines(from: number): AsyncGenerator<SourceRecord> {
    let offset = 0;
    for await (const value of this.#bytesOfLines()) {
      if (isBlank(value)) continue;
      if (offset >= from) yield { offset, key: null, value };
      offset++;
    }
  }

  /** The bytes between line feeds, as they are: JSON may hold other characters that are line breaks to Unicode. */
  async *#bytesOfLines(): AsyncGenerator<Uint8Array> {
    const input = createReadStream(filePath(this.#path), { highWaterMark: 1 << 18 });
    let line = 1;
    let begun: Buffer = Buffer.alloc(0);
    try {
      for await (const chunk of input as AsyncIterable<Buffer>) {
        let start = 0;
        for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
          const rest = chunk.subarray(start, end);
          const whole = begun.length > 0 ? Buffer.concat([begun, rest]) : rest;
          yield withoutEnds(whole, line);
          begun = Buffer.alloc(0);
          start = end + 1;
          line++;
        }
        begun = Buffer.concat([begun, chunk.subarray(start)]);
        if (begun.length <= MAX_LINE) continue;
        throw new ForetideError('FILE_FORMAT', {
          what: 'A line is too long',
          expected: `about ${MAX_LINE} bytes at most`,
          where: `${this.#path}:${line}`,
          todo: 'One record must stand on a line; see input.decode.format.',
        });
      }
      if (begun.length > 0) yield withoutEnds(begun, line);
    } finally {
      input.destroy();
    }
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
