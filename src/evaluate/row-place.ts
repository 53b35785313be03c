import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import type { RunSettings } from '../config/run-settings.ts';
import { FileBytes } from '../source/file-bytes.ts';
import { isHeader, LINE_BREAKS } from '../source/file-reader.ts';

/** Where a record stands, for a message: `weather.csv:17`, or partition and offset where it is of no file. Reads the file anew. */
export async function placeOf(
  input: RunSettings['input'],
  partition: number,
  offset: number,
): Promise<string> {
  const path = input.kind === 'file' ? input.paths[partition] : undefined;
  if (path === undefined) return `partition ${partition}, offset ${offset}`;
  const { decode } = input;
  if (decode.format === 'parquet') return `${path}, row ${offset}`;
  const stream = Readable.from(new FileBytes(path).chunks(), { objectMode: false });
  try {
    const line =
      decode.format === 'csv'
        ? await lineOfRow(stream, offset, decode.delimiter, decode.columns)
        : await lineOfRecord(stream, offset);
    return `${path}:${line}`;
  } finally {
    stream.destroy();
  }
}

async function lineOfRow(
  stream: Readable,
  offset: number,
  delimiter: string,
  columns: readonly string[] | undefined,
): Promise<number> {
  const rows = stream.pipe(
    parse({
      delimiter,
      record_delimiter: LINE_BREAKS,
      bom: true,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    }),
  );
  let at = -1;
  for await (const { record, info } of rows as AsyncIterable<{ record: string[]; info: { lines: number } }>) {
    if (at === -1 && columns && !isHeader(record, columns)) at = 0;
    if (at === offset) return info.lines;
    at++;
  }
  return 0;
}

/** Lines end in line feeds alone, as in the reader of the files: JSON may hold what is a line break to Unicode. */
async function lineOfRecord(stream: Readable, offset: number): Promise<number> {
  let line = 1;
  let left = offset;
  let isBlank = true;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      if (byte !== 10) isBlank &&= byte === 32 || byte === 9 || byte === 13;
      else {
        if (!isBlank && left-- === 0) return line;
        line++;
        isBlank = true;
      }
    }
  }
  return line;
}
