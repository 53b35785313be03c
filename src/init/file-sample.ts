import { glob, open } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { seriesFault } from '../decode/readings.ts';
import { ForetideError } from '../errors.ts';
import { kindOf, unpackedName } from '../source/data-kind.ts';
import { filePath, readable } from '../source/file-path.ts';
import { FileReader, type FileShape } from '../source/file-reader.ts';
import { csvColumns } from '../source/file.ts';
import { isParquet } from '../source/parquet-file.ts';
import { parquetColumns } from '../source/parquet-table.ts';
import type { Asked, DataFormat } from './asked.ts';
import { LEAST_OF_EACH, MOST_RECORDS, type Sample, type Stretch } from './sample.ts';
import { delimiterOf, formatOf, isHeaderRow } from './text-format.ts';

/** Files that are looked into; of others only that they have the same columns. */
const MOST_FILES = 20;

/**
 * The first records of some files.
 *
 * @param patterns paths, in which `*` stands for what the shell would put there
 * @throws ForetideError FILE_UNREADABLE, FILE_FORMAT
 */
export async function fileSample(patterns: readonly string[], asked: Asked): Promise<Sample> {
  const paths = await pathsOf(patterns);
  const [path] = paths as [string, ...string[]];
  const head = asked.format === 'parquet' ? [] : await headOf(path);
  const format = asked.format ?? (await fileFormat(path, head));
  const shape = await shapeOf(path, { ...asked, format }, head);
  if (format === 'csv' && shape.hasHeader) await mustBeAlike(paths, shape);
  const looked = paths.slice(0, MOST_FILES);
  const most = Math.max(LEAST_OF_EACH, Math.ceil(MOST_RECORDS / looked.length));
  const stretches: Stretch[] = [];
  let isWhole = looked.length === paths.length;
  for (const each of looked) {
    const reader = new FileReader(0, each, 0, shape.reader);
    const records = await reader.take(most + 1);
    await reader.close();
    if (records.length > most) isWhole = false;
    stretches.push(records.slice(0, most));
  }
  const { reader: _, ...table } = shape;
  return {
    origin: paths.length === 1 ? path : `${paths.length} files, the first ${path}`,
    name: nameOf(path),
    parts: paths.length,
    format,
    stretches,
    isWhole,
    ...table,
    input: { kind: 'file', paths },
  };
}

async function pathsOf(patterns: readonly string[]): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const pattern of patterns) {
    if (!/[*?[{]/.test(pattern)) paths.push(pattern);
    else {
      const found: string[] = [];
      for await (const path of glob(pattern)) found.push(path);
      paths.push(...found.toSorted());
    }
  }
  if (paths.length === 0) {
    throw new ForetideError('FILE_UNREADABLE', {
      what: 'No file fits',
      where: patterns.join(', '),
      todo: 'Check the pattern.',
    });
  }
  for (const path of paths) await readable(path, 'the path');
  return [...new Set(paths)];
}

/** The first lines. */
async function headOf(path: string): Promise<readonly Uint8Array[]> {
  const file = await open(filePath(path));
  try {
    if (await isParquet(file)) return [];
  } finally {
    await file.close();
  }
  const reader = new FileReader(0, path, 0, undefined);
  const records = await reader.take(100);
  await reader.close();
  return records.flatMap(({ value }) => (value ? [value] : []));
}

async function fileFormat(path: string, head: readonly Uint8Array[]): Promise<DataFormat> {
  const file = await open(filePath(path));
  try {
    if (await isParquet(file)) return 'parquet';
  } finally {
    await file.close();
  }
  if (
    kindOf(path) === 'sqlite' ||
    Buffer.from(head[0] ?? [])
      .toString('latin1')
      .startsWith('SQLite format')
  ) {
    throw new ForetideError('FILE_FORMAT', {
      what: 'The file is SQLite',
      expected: 'CSV, NDJSON, line protocol, JSON of Telegraf, Parquet',
      where: path,
      todo: 'The file of an earlier run needs no settings of its own: input: { kind: sqlite, path: … }',
    });
  }
  return formatOf(head, path);
}

type Shape = Pick<Sample, 'columns' | 'hasHeader' | 'delimiter' | 'timeColumns'> & {
  readonly reader: FileShape;
};

async function shapeOf(path: string, asked: Asked, head: readonly Uint8Array[]): Promise<Shape> {
  if (asked.format === 'parquet') {
    const columns = (await parquetColumns(path)).filter(({ kind }) => kind !== 'other');
    const names = columns.map(({ name }) => name);
    const times = columns.filter(({ kind }) => kind === 'time').map(({ name }) => name);
    return { reader: { columns: names }, columns: names, timeColumns: new Set(times) };
  }
  if (asked.format !== 'csv') return { reader: undefined };
  const delimiter = asked.delimiter ?? delimiterOf(head);
  const first = (await csvColumns(path, delimiter)).map((name) => name.trim());
  const hasHeader = isHeaderRow(first);
  const columns = hasHeader ? first : first.map((_, i) => `column${i + 1}`);
  return { reader: { delimiter, ...(!hasHeader && { columns }) }, columns, hasHeader, delimiter };
}

/** A run refuses files of different columns: better now than then. */
async function mustBeAlike(
  paths: readonly string[],
  { columns = [], delimiter = ',' }: Shape,
): Promise<void> {
  for (const path of paths.slice(1)) {
    const other = (await csvColumns(path, delimiter)).map((name) => name.trim());
    if (other.join() === columns.join()) continue;
    throw new ForetideError('FILE_FORMAT', {
      what: 'The files have different columns',
      expected: columns.join(),
      got: other.join(),
      where: `${path}:1`,
      todo: 'Make settings for files of different shapes on their own, each with its --out.',
    });
  }
}

/** What the file is called, without folder and extensions. */
function nameOf(path: string): string {
  const unpacked = unpackedName(path);
  const name = basename(unpacked.replace(/^bundled:/, ''), extname(unpacked));
  return seriesFault(name) === undefined ? name : 'data';
}
