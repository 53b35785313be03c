import { basename, extname } from 'node:path';
import { absentTest } from '../decode/csv.ts';
import { decimal } from '../decode/decimal.ts';
import { iso8601 } from '../decode/iso8601.ts';
import { seriesFault } from '../decode/readings.ts';
import { CsvSettings } from '../decode/settings.ts';
import { shown } from '../decode/shown.ts';
import { ForetideError } from '../errors.ts';
import { EXTENSIONS, inputOfRun, kindOf, unpackedName } from '../source/data-kind.ts';
import { csvColumns } from '../source/file.ts';
import { FileReader } from '../source/file-reader.ts';
import type { ParquetColumn } from '../source/parquet-file.ts';
import { parquetColumns } from '../source/parquet-table.ts';
import { isoFrom } from './time-format.ts';

/** What the flags say of the data. */
export interface DataFlags {
  readonly data: readonly string[];
  readonly format?: string | undefined;
  readonly time?: string | undefined;
  readonly timeUnit?: string | undefined;
  readonly timeFormat?: string | undefined;
  readonly delimiter?: string | undefined;
  /** Column or field that tells the series apart. */
  readonly series?: string | undefined;
  readonly columns?: readonly string[] | undefined;
  readonly multivariate?: boolean | undefined;
  /** What stands for a value that was not observed. */
  readonly nulls?: readonly string[] | undefined;
}

/** Names that a column of times goes by, the likeliest first. */
const TIME_NAMES = ['date', 'time', 'timestamp', 'ds', 'datetime', 'time_hour', 'ts'];
/** Rows of which it is seen which columns hold numbers. */
const SAMPLE = 1000;

/**
 * The section `input` of the settings for files that are named on the command line. Of a table, what the flags leave open is found out:
 * the column of the times by its name, else the first where it holds ISO dates; the values are every other column with a name that holds
 * nothing but numbers; and each is a series of its own, called file.column.
 *
 * @throws ForetideError SETTINGS_INVALID where format, time or values are not found; FILE_UNREADABLE, FILE_FORMAT
 */
export async function inputFrom(flags: DataFlags): Promise<Readonly<Record<string, unknown>>> {
  const [path = ''] = flags.data;
  const format = flags.format ?? kindOf(path);
  if (format === 'sqlite') return inputOfRun(flags.data, fieldFlags(flags));
  if (format === undefined) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'The format of the data is not known',
      expected: `files that end in ${EXTENSIONS.join(', ')}, or --format`,
      got: path,
      where: '--data',
    });
  }
  return { kind: 'file', paths: flags.data, pace: 'max', decode: await decodeOf(format, path, flags) };
}

async function decodeOf(
  format: string,
  path: string,
  flags: DataFlags,
): Promise<Readonly<Record<string, unknown>>> {
  if (format === 'csv') return tableDecode(path, flags);
  return format === 'parquet' ? parquetDecode(path, flags) : fieldsDecode(format, flags);
}

/** What flags say of fields, by their names. */
function fieldFlags(flags: DataFlags): Readonly<Record<string, unknown>> {
  const { time, timeUnit, timeFormat, delimiter, series, columns, multivariate, nulls } = flags;
  return {
    '--time': time,
    '--time-unit': timeUnit,
    '--time-format': timeFormat,
    '--delimiter': delimiter,
    '--series': series,
    '--columns': columns,
    '--multivariate': multivariate,
    '--nulls': nulls,
  };
}

/** The decoder's settings as far as flags name them. */
export function fieldsDecode(
  format: string | undefined,
  { time, timeUnit, timeFormat, delimiter, series, columns, multivariate, nulls }: DataFlags,
): Readonly<Record<string, unknown>> {
  const given = {
    format,
    time,
    timeUnit: timeUnit ?? (timeFormat === undefined ? undefined : 'iso'),
    delimiter,
    series,
    values: columns,
    channels: multivariate,
    nulls,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

async function tableDecode(path: string, flags: DataFlags): Promise<Readonly<Record<string, unknown>>> {
  const delimiter = flags.delimiter ?? (extname(unpackedName(path)).toLowerCase() === '.tsv' ? '\t' : ',');
  const columns = (await csvColumns(path, delimiter)).map((name) => name.trim());
  const rows = await sampleOf(path, delimiter);
  const time = flags.time ?? timeColumn(path, columns, rows, flags);
  const values = flags.columns ?? numericColumns(path, columns, rows, [time, flags.series], flags.nulls);
  const isOne = values.length === 1;
  return {
    ...fieldsDecode('csv', { ...flags, delimiter, time, columns: values }),
    // with one column the series is called as its key alone, with channels likewise
    ...(flags.series === undefined && {
      seriesName: nameOf(path, isOne && !flags.multivariate ? values[0]! : ''),
    }),
  };
}

/** What flags leave open a Parquet file says: of what kind its columns are. */
async function parquetDecode(path: string, flags: DataFlags): Promise<Readonly<Record<string, unknown>>> {
  const columns = await parquetColumns(path);
  const time = flags.time ?? parquetTime(path, columns);
  const isValue = ({ name, kind }: ParquetColumn): boolean =>
    kind === 'number' && name !== time && name !== flags.series;
  const values = flags.columns ?? columns.filter(isValue).map(({ name }) => name);
  return {
    ...fieldsDecode('parquet', { ...flags, time, columns: values }),
    ...(flags.series === undefined && {
      seriesName: nameOf(path, values.length === 1 && !flags.multivariate ? values[0]! : ''),
    }),
  };
}

/** The column with a name that times have, else the first of timestamps. */
function parquetTime(path: string, columns: readonly ParquetColumn[]): string {
  const named = TIME_NAMES.flatMap((name) => columns.filter((column) => column.name.toLowerCase() === name));
  const found = named[0] ?? columns.find(({ kind }) => kind === 'time');
  if (found) return found.name;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'No column of times was found',
    expected: `one called ${TIME_NAMES.join(', ')}, or one of timestamps`,
    got: columns.map(({ name, type }) => `${name} (${type})`).join(', '),
    where: path,
    todo: 'Name it by --time.',
  });
}

async function sampleOf(path: string, delimiter: string): Promise<readonly (readonly string[])[]> {
  const reader = new FileReader(0, path, 0, { delimiter });
  const records = await reader.take(SAMPLE);
  await reader.close();
  return records.map(({ cells = [] }) => cells.map((cell) => cell.trim()));
}

function timeColumn(
  path: string,
  columns: readonly string[],
  [row = []]: readonly (readonly string[])[],
  { timeFormat }: DataFlags,
): string {
  const lower = columns.map((name) => name.toLowerCase());
  const named = TIME_NAMES.find((name) => lower.includes(name));
  if (named !== undefined) return columns[lower.indexOf(named)]!;
  const first = row[0] ?? '';
  const isDate = timeFormat === undefined ? !Number.isNaN(iso8601(first)) : isoFrom(timeFormat)(first);
  if (isDate && columns[0] === '') {
    throw new ForetideError('FILE_FORMAT', {
      what: 'The column of the times has no name',
      expected: 'one in the first line, such as time',
      got: shown(columns.join()),
      where: `${path}:1`,
      todo: 'Write one there; pandas takes it as index_label.',
    });
  }
  if (isDate) return columns[0]!;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'No column of times was found',
    expected: `one called ${TIME_NAMES.join(', ')}, or a first column of ISO 8601 dates`,
    got: `${shown(columns.join(', '))}; ${first === '' ? 'nothing' : shown(first)} in the first cell below`,
    where: `${path}:1`,
    todo: 'Name it by --time, and say how its dates are written by --time-format.',
  });
}

function numericColumns(
  path: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  others: readonly (string | undefined)[],
  nulls: DataFlags['nulls'],
): readonly string[] {
  const isAbsent = absentTest(CsvSettings.parse({ format: 'csv', nulls }));
  const found = columns.filter((name, i) => {
    if (name === '' || others.includes(name)) return false;
    const cells = rows.map((row) => row[i] ?? '').filter((cell) => !isAbsent(cell));
    return cells.length > 0 && cells.every((cell) => Number.isFinite(decimal(cell)));
  });
  if (found.length > 0) return [...new Set(found)]; // that there are two of a name is told by those who look them up
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'No column of numbers was found',
    expected: 'columns that hold numbers, beside that of the times',
    got: shown(columns.join(', ')),
    where: `${path}:1`,
    todo: 'Name the columns by --columns, and what stands between two cells by --delimiter.',
  });
}

/** `file`, or `file.column`; what a file may be called and a series may not gives way to `data`. */
function nameOf(path: string, column: string): string {
  const unpacked = unpackedName(path);
  const file = basename(unpacked.replace(/^bundled:/, ''), extname(unpacked));
  const safe = seriesFault(file) === undefined ? file : 'data';
  return column === '' ? safe : `${safe}.${column}`;
}
