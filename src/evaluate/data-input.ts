import { basename, extname } from 'node:path';
import { decimal } from '../decode/decimal.ts';
import { iso8601 } from '../decode/iso8601.ts';
import { seriesFault } from '../decode/readings.ts';
import { CsvSettings } from '../decode/settings.ts';
import { ForetideError } from '../errors.ts';
import { csvColumns } from '../source/file.ts';
import { FileReader } from '../source/file-reader.ts';
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
}

const FORMATS: Readonly<Record<string, string>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.json': 'json',
  '.jsonl': 'json',
  '.ndjson': 'json',
  '.lp': 'line-protocol',
  '.line': 'line-protocol',
};

/** What the file of an earlier run may end in. */
const SQLITE = ['.db', '.sqlite', '.sqlite3'];

/** Names that a column of times goes by, the likeliest first. */
const TIME_NAMES = ['date', 'time', 'timestamp', 'ds', 'datetime', 'time_hour', 'ts'];
/** Rows of which it is seen which columns hold numbers. */
const SAMPLE = 1000;

/**
 * The section `input` of the settings for files that are named on the command line. Of a table, what the flags leave open is found out:
 * the column of the times by its name, else the first where it holds ISO dates; the values are every other column that holds nothing
 * but numbers; and each is a series of its own, called file.column.
 *
 * @throws ForetideError SETTINGS_INVALID where format, time or values are not found; FILE_UNREADABLE, FILE_FORMAT
 */
export async function inputFrom(flags: DataFlags): Promise<Readonly<Record<string, unknown>>> {
  const [path = '', ...others] = flags.data;
  const isRun = SQLITE.includes(extname(path).toLowerCase()) && flags.format === undefined;
  if (isRun && others.length === 0) return { kind: 'sqlite', path };
  const format = flags.format ?? FORMATS[extname(path).toLowerCase()];
  if (format === undefined) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'The format of the data is not known',
      expected: `files that end in ${Object.keys(FORMATS).join(', ')}, one that ends in ${SQLITE.join(', ')}, or --format`,
      got: path,
      where: '--data',
    });
  }
  const decode = format === 'csv' ? await tableDecode(path, flags) : fieldsDecode(format, flags);
  return { kind: 'file', paths: flags.data, pace: 'max', decode };
}

/** The decoder's settings as far as flags name them. */
export function fieldsDecode(
  format: string | undefined,
  { time, timeUnit, timeFormat, delimiter, series, columns, multivariate }: DataFlags,
): Readonly<Record<string, unknown>> {
  const given = {
    format,
    time,
    timeUnit: timeUnit ?? (timeFormat === undefined ? undefined : 'iso'),
    delimiter,
    series,
    values: columns,
    channels: multivariate,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

async function tableDecode(path: string, flags: DataFlags): Promise<Readonly<Record<string, unknown>>> {
  const delimiter = flags.delimiter ?? (extname(path).toLowerCase() === '.tsv' ? '\t' : ',');
  const columns = (await csvColumns(path, delimiter)).map((name) => name.trim());
  const rows = await sampleOf(path, delimiter);
  const time = flags.time ?? timeColumn(path, columns, rows, flags);
  const values = flags.columns ?? numericColumns(path, columns, rows, [time, flags.series]);
  const isOne = values.length === 1;
  return {
    ...fieldsDecode('csv', { ...flags, delimiter, time, columns: values }),
    // with one column the series is called as its key alone, with channels likewise
    ...(flags.series === undefined && {
      seriesName: nameOf(path, isOne && !flags.multivariate ? values[0]! : ''),
    }),
  };
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
  if (isDate) return columns[0]!;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'No column of times was found',
    expected: `one called ${TIME_NAMES.join(', ')}, or a first column of ISO 8601 dates`,
    got: `${columns.join(', ')}; ${first === '' ? 'nothing' : first} in the first cell below`,
    where: `${path}:1`,
    todo: 'Name it by --time, and say how its dates are written by --time-format.',
  });
}

function numericColumns(
  path: string,
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  others: readonly (string | undefined)[],
): readonly string[] {
  const absent = new Set(CsvSettings.parse({ format: 'csv' }).missing);
  const found = columns.filter((name, i) => {
    if (others.includes(name)) return false;
    const cells = rows.map((row) => row[i] ?? '').filter((cell) => !absent.has(cell));
    return cells.length > 0 && cells.every((cell) => Number.isFinite(decimal(cell)));
  });
  if (found.length > 0) return found;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'No column of numbers was found',
    expected: 'columns that hold numbers, beside that of the times',
    got: columns.join(', '),
    where: `${path}:1`,
    todo: 'Name the columns by --columns, and what stands between two cells by --delimiter.',
  });
}

/** `file`, or `file.column`; what a file may be called and a series may not gives way to `data`. */
function nameOf(path: string, column: string): string {
  const file = basename(path.replace(/^bundled:/, ''), extname(path));
  const safe = seriesFault(file) === undefined ? file : 'data';
  return column === '' ? safe : `${safe}.${column}`;
}
