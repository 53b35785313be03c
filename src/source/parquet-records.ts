import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { type Compressors, type DecodedArray, type ParquetParsers, parquetScan } from 'hyparquet';
import { uncompressSync as fromLz4 } from 'lz4-napi';
import { uncompressSync as fromSnappy } from 'snappy';
import { ForetideError } from '../errors.ts';
import { broken, openParquet, type ParquetColumn, type ParquetFile } from './parquet-file.ts';
import type { Portion } from './portion.ts';
import type { SourceRecord } from './source.ts';

/** Which columns of a Parquet file are read, in this order. */
export interface ParquetTable {
  readonly columns: readonly string[];
}

/** Rows whose columns are unpacked at a time. */
const RANGE = 1 << 17;
/** Rows that are made into records at a time. */
const PORTION = 1 << 12;
/** Most that the packed bytes of one column of a row group may take: all of them are in memory while a range of it is unpacked. */
const MAX_CHUNK = 1 << 28;

/**
 * The rows of a Parquet file as records: `cells` as those of a CSV, `value` a JSON of the columns that are read.
 *
 * 1. A null and a NaN are an empty cell; an instant is a number of ms, exact to the microsecond (digits below are dropped); a whole number
 *    and a decimal have all their digits; other numbers come back bit for bit.
 * 2. Read by ranges of 131,072 rows, whatever the row groups are; of a row group the packed bytes are in memory.
 *
 * @throws ForetideError FILE_UNREADABLE; FILE_FORMAT where it is no Parquet, damaged, of a kind that is not known, or of row groups that do
 *   not fit into memory; all before that has been given
 */
export async function* parquetRecords(
  path: string,
  from: number,
  table: ParquetTable,
): AsyncGenerator<Portion> {
  const file = await openParquet(path);
  try {
    const columns = table.columns.map((name) => columnOf(file, name));
    let groupStart = 0;
    for (const [group, { num_rows: count }] of file.metadata.row_groups.entries()) {
      const groupEnd = groupStart + Number(count);
      mustFit(file, group, table.columns);
      for (let start = groupStart; start < groupEnd; start += RANGE) {
        const end = Math.min(start + RANGE, groupEnd);
        if (end > from) yield* portions(file, columns, { start, end, from: Math.max(start, from) });
      }
      groupStart = groupEnd;
    }
  } finally {
    await file.close();
  }
}

interface Range {
  readonly start: number;
  readonly end: number;
  /** The first row that is wanted. */
  readonly from: number;
}

async function* portions(
  file: ParquetFile,
  columns: readonly ParquetColumn[],
  range: Range,
): AsyncGenerator<Portion> {
  const { path, rows } = file;
  const { start, end, from } = range;
  const names = columns.map(({ name }) => name);
  const values = await valuesOf(file, names, range).catch((cause: unknown) => {
    throw broken(`${path}, rows ${start} to ${end - 1}`, cause);
  });
  const keys = names.map((name) => JSON.stringify(name));
  for (let at = from; at < end; at += PORTION) {
    const first = at;
    const records = Array.from({ length: Math.min(PORTION, end - at) }, (_, i): SourceRecord => {
      const row = values.map((column) => column[first + i - start] as unknown);
      const cells = columns.map((column, c) => cellOf(row[c], column));
      const json = cells.map((cell, c) => `${keys[c]}:${jsonOf(cell, row[c], columns[c]!)}`);
      return { offset: first + i, key: null, value: Buffer.from(`{${json.join()}}`), cells };
    });
    yield { records, share: (i) => (first + i + 1) / rows };
  }
}

/** The columns of some rows, each as an array. */
async function valuesOf(
  { buffer, metadata }: ParquetFile,
  names: readonly string[],
  { start, end }: Range,
): Promise<readonly DecodedArray[]> {
  const scan = await parquetScan({
    file: buffer,
    metadata,
    columns: [...names],
    rowStart: start,
    rowEnd: end,
    compressors: COMPRESSORS,
    parsers: PARSERS,
    utf8: false,
  });
  const values: DecodedArray[] = [];
  for (const column of names) values.push(await scan.readColumn({ column, rowStart: start, rowEnd: end }));
  return values;
}

/** Node's own and those that Kafka's records need; Hadoop's LZ4 and LZO are refused. */
const COMPRESSORS: Compressors = {
  SNAPPY: (bytes) => fromSnappy(bytes, { asBuffer: true }) as Buffer,
  GZIP: (bytes, length) => gunzipSync(bytes, { maxOutputLength: Math.max(1, length) }),
  BROTLI: (bytes, length) => brotliDecompressSync(bytes, { maxOutputLength: Math.max(1, length) }),
  ZSTD: (bytes, length) => zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, length) }),
  // the package wants the length in front, which Parquet keeps elsewhere
  LZ4_RAW: (bytes, length) => {
    const before = Buffer.alloc(4);
    before.writeUInt32LE(length);
    return fromLz4(Buffer.concat([before, bytes]));
  },
};

/** Instants as ms since 1970. */
const PARSERS: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis) => Number(millis),
  timestampFromMicroseconds: (micros) => Number(micros) / 1000,
  timestampFromNanoseconds: (nanos) => Number(nanos / 1000n) / 1000,
  dateFromDays: (days) => days * 86_400_000,
};

const UTF8 = new TextDecoder();

function cellOf(value: unknown, { scale }: ParquetColumn): string {
  if (value === null || value === undefined) return '';
  if (scale !== undefined) return decimalText(wholeNumber(value), scale);
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return '';
    return Object.is(value, -0) ? '-0' : String(value);
  }
  if (value instanceof Uint8Array) return UTF8.decode(value);
  return typeof value === 'string' || typeof value === 'bigint' ? String(value) : '';
}

function jsonOf(cell: string, value: unknown, { kind }: ParquetColumn): string {
  if (value === null || value === undefined || (kind !== 'text' && cell === '')) return 'null';
  return kind === 'text' || cell.endsWith('Infinity') ? JSON.stringify(cell) : cell;
}

/** Big-endian two's complement, where it comes as bytes. */
function wholeNumber(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number | bigint);
  if (value.length === 0) return 0n;
  return BigInt.asIntN(value.length * 8, BigInt(`0x${Buffer.from(value).toString('hex')}`));
}

/** A whole number with the point before its last digits: 12345, 2 → `123.45`. */
function decimalText(whole: bigint, scale: number): string {
  if (scale <= 0) return String(whole);
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0');
  return `${whole < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function columnOf({ path, columns }: ParquetFile, name: string): ParquetColumn {
  const column = columns.find((one) => one.name === name);
  if (column) return column;
  throw new ForetideError('FILE_FORMAT', {
    what: 'The file has no such column',
    expected: columns.map((one) => one.name).join(', '),
    got: name,
    where: path,
  });
}

function mustFit({ path, metadata }: ParquetFile, group: number, names: readonly string[]): void {
  for (const { meta_data: chunk } of metadata.row_groups[group]!.columns) {
    const name = chunk?.path_in_schema[0] ?? '';
    if (!chunk || !names.includes(name) || Number(chunk.total_compressed_size) <= MAX_CHUNK) continue;
    throw new ForetideError('FILE_FORMAT', {
      what: `Column ${name} of a row group is too large`,
      expected: `at most ${MAX_CHUNK} bytes, packed`,
      got: String(chunk.total_compressed_size),
      where: `${path}, row group ${group}`,
      todo: 'Write the file again with smaller row groups.',
    });
  }
}
