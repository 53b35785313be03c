import { CsvSettings, type ParquetSettings } from '../decode/settings.ts';
import { ForetideError } from '../errors.ts';
import { openParquet, type ParquetColumn, type ParquetKind } from './parquet-file.ts';

/**
 * How the rows of Parquet files are decoded: as those of a CSV that has the columns which are read, and in which an empty cell alone
 * means that nothing was observed.
 *
 * @throws ForetideError SETTINGS_INVALID where a column that the settings name is absent, or of a kind that it cannot be; FILE_FORMAT where
 *   the files differ in what is read; FILE_UNREADABLE
 */
export async function parquetTable(
  paths: readonly string[],
  settings: ParquetSettings,
): Promise<CsvSettings & { readonly columns: string[] }> {
  const tables = await Promise.all(
    paths.map(async (path) => {
      const columns = await parquetColumns(path);
      return columnsRead(path, columns, settings);
    }),
  );
  const [columns = []] = tables;
  tables.forEach((other, i) => {
    if (shape(other) === shape(columns)) return;
    throw new ForetideError('FILE_FORMAT', {
      what: 'The files have different columns',
      expected: shape(columns),
      got: shape(other),
      where: paths[i]!,
      todo: 'Run files of different shapes on their own.',
    });
  });
  const { format: _, ...same } = settings;
  const csv = CsvSettings.parse({ ...same, format: 'csv', missing: [''] });
  return { ...csv, columns: columns.map(({ name }) => name) };
}

/** What a Parquet file says of its columns. */
export async function parquetColumns(path: string): Promise<readonly ParquetColumn[]> {
  const file = await openParquet(path);
  await file.close();
  return file.columns;
}

function shape(columns: readonly ParquetColumn[]): string {
  return columns.map(({ name, kind }) => `${name} (${kind})`).join(', ');
}

/** Time, series and values, each once. */
function columnsRead(
  path: string,
  columns: readonly ParquetColumn[],
  { time, timeUnit, series = 'sensor', seriesName, values }: ParquetSettings,
): readonly ParquetColumn[] {
  const find = (name: string, where: string, kinds: readonly ParquetKind[]): ParquetColumn =>
    columnFor({ path, columns, name, where, kinds });
  const timeColumn = find(time, 'time', ['time', 'number', 'text']);
  if (timeColumn.kind === 'time' && timeUnit !== 'auto') {
    throw new ForetideError('SETTINGS_INVALID', {
      what: `Column ${time} says itself what its times are`,
      expected: 'auto',
      got: `${timeUnit}, of ${timeColumn.type}`,
      where: 'input.decode.timeUnit',
    });
  }
  const names = seriesName === undefined ? [series].flat() : [];
  const keys = names.map((name) => find(name, 'series', ['text', 'number']));
  const others = new Set([timeColumn, ...keys]);
  const read =
    values === '*'
      ? columns.filter((column) => column.kind === 'number' && !others.has(column))
      : values.map((name) => find(name, 'values', ['number', 'text']));
  return [...new Set([timeColumn, ...keys, ...read])];
}

interface Search {
  readonly path: string;
  readonly columns: readonly ParquetColumn[];
  readonly name: string;
  /** The setting that names it. */
  readonly where: string;
  readonly kinds: readonly ParquetKind[];
}

function columnFor({ path, columns, name, where, kinds }: Search): ParquetColumn {
  const found = columns.filter((column) => column.name === name);
  const [column] = found;
  if (column && found.length === 1 && kinds.includes(column.kind)) return column;
  throw new ForetideError('SETTINGS_INVALID', {
    what: column ? `Column ${name} of ${path} cannot be read as ${where}` : `${path} has no such column`,
    expected: column
      ? `one column of ${kinds.join(', ')}`
      : `one of ${columns.map((one) => one.name).join(', ')}`,
    got: column ? found.map(({ type }) => type).join(' and ') : name,
    where: `input.decode.${where}`,
  });
}
