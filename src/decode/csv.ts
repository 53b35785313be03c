import { ForetideError } from '../errors.ts';
import { csvRows } from './csv-rows.ts';
import { decimal } from './decimal.ts';
import type { Decoder, Refusal } from './decoder.ts';
import { joinedSeries } from './joined-series.ts';
import { seriesFault, timeFault } from './readings.ts';
import type { Readings } from './readings.ts';
import { nullTest } from './nulls.ts';
import { at, invalid, malformed, missing } from './refusal.ts';
import { mustBeSeriesName } from './series-name.ts';
import type { CsvSettings } from './settings.ts';
import { shown } from './shown.ts';
import { textOf } from './text.ts';
import { expectedTime, timeOfText } from './time.ts';

/** A column that is read: its name and where it stands. */
interface Column {
  readonly name: string;
  readonly index: number;
}

type Row = readonly string[];
/** Whether a cell means that nothing was observed. */
type AbsentTest = (cell: string) => boolean;
type ValuesReader = (row: Row, key: string, time: number, out: Readings) => Refusal | undefined;

/**
 * Decodes rows of comma-separated values, split by the source (`record.cells`) or here. Bytes may hold several rows, of which one that
 * cannot be used refuses all.
 *
 * 1. Spaces around a cell are dropped; a row must have as many cells as there are columns.
 * 2. One named column in `values`: one reading, whose series is called as the key; its cell must hold a number.
 * 3. Several, or `*`: a reading `key.column` for each cell that holds a number; cells that mean "nothing observed" (`missing`, `nulls`)
 *    are skipped, anything else refuses the row.
 * 4. `channels`: one reading of all the named columns; a cell that means "nothing observed" is NaN, but at least one must hold a number,
 *    and anything else refuses the row.
 *
 * @throws ForetideError SETTINGS_INVALID where a column that the settings name is not in the header.
 */
export function csvDecoder(settings: CsvSettings): Decoder {
  const { delimiter, timeUnit } = settings;
  if (settings.columns === undefined) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'The columns of the CSV are not known',
      where: 'input.decode.columns',
      todo: 'Name them in the settings, or read a file that begins with them',
    });
  }
  const columns = settings.columns.map((name) => withoutSpaces(name));
  const timeColumn = columnOf(columns, settings.time, 'time');
  const toTime = timeOfText(timeUnit);
  const readKey = keyReader(settings, columns);
  const { channels, readValues } = valuesReader(settings, columns);

  function read(row: Row, out: Readings): Refusal | undefined {
    if (row.length !== columns.length)
      return malformed(`row: expected ${columns.length} cells, got ${row.length}`);
    const key = readKey(row);
    if (typeof key !== 'string') return key;
    const written = cellOf(row, timeColumn);
    const time = toTime(written);
    const fault = timeFault(time);
    if (fault === undefined) return readValues(row, key, time, out);
    if (written === '')
      return missing(`${timeColumn.name}: expected ${expectedTime(timeUnit)}, got an empty cell`);
    if (Number.isFinite(time)) return invalid(`${timeColumn.name}: ${fault}`);
    return invalid(`${timeColumn.name}: expected ${expectedTime(timeUnit)}, got ${shown(written)}`);
  }

  return {
    channels,
    decode({ value: bytes, cells }, out) {
      if (cells !== undefined) return read(cells, out);
      if (bytes === null) return missing('value: expected a row, got none');
      const text = textOf(bytes);
      const rows = text === undefined ? undefined : csvRows(text, delimiter);
      if (rows === undefined)
        return malformed(`value: expected rows of CSV in UTF-8, got ${bytes.length} bytes that are none`);
      if (rows.length === 0) return missing('value: expected a row, got none');
      for (const [i, row] of rows.entries()) {
        const refusal = read(row, out);
        if (refusal !== undefined) return rows.length === 1 ? refusal : at(`row ${i + 1}: `, refusal);
      }
      return undefined;
    },
  };
}

function cellOf(row: Row, { index }: Column): string {
  return withoutSpaces(row[index] ?? '');
}

function withoutSpaces(cell: string): string {
  return cell.startsWith(' ') || cell.endsWith(' ') ? cell.replace(/^ +| +$/g, '') : cell;
}

function columnOf(columns: readonly string[], name: string, where: string): Column {
  const index = columns.indexOf(name);
  const twice = index >= 0 && columns.includes(name, index + 1);
  if (index >= 0 && !twice) return { name, index };
  throw new ForetideError('SETTINGS_INVALID', {
    what: twice ? 'Two columns have the same name' : 'No such column',
    expected: `one of ${columns.join(', ')}`,
    got: name,
    where: `input.decode.${where}`,
  });
}

function keyReader(
  { series, seriesName }: CsvSettings,
  columns: readonly string[],
): (row: Row) => string | Refusal {
  if (seriesName !== undefined) {
    mustBeSeriesName(seriesName);
    return () => seriesName;
  }
  const keys = keyColumns(series).map((name) => columnOf(columns, name, 'series'));
  const join = joinedSeries(keys.map(({ name }) => name));
  return (row) => {
    const values: string[] = [];
    for (const key of keys) {
      const cell = cellOf(row, key);
      if (cell === '') return missing(`${key.name}: expected the name of a series, got an empty cell`);
      values.push(cell);
    }
    return join(values);
  };
}

function keyColumns(series: CsvSettings['series']): readonly string[] {
  return typeof series === 'object' ? series : [series ?? 'sensor'];
}

/** A function that tells whether a cell means that nothing was observed, by `missing` or by `nulls`. */
export function absentTest({ missing: cells, nulls }: Pick<CsvSettings, 'missing' | 'nulls'>): AbsentTest {
  const absent = new Set(cells);
  const isNull = nullTest(nulls);
  return (cell) => absent.has(cell) || isNull(cell);
}

function valuesReader(
  settings: CsvSettings,
  columns: readonly string[],
): { readonly channels: readonly string[]; readonly readValues: ValuesReader } {
  const { values, channels, series, seriesName, time } = settings;
  const others = new Set([time, ...(seriesName === undefined ? keyColumns(series) : [])]);
  const names = values === '*' ? columns.filter((name) => !others.has(name)) : values;
  const read = names.map((name) => columnOf(columns, name, 'values'));
  const isAbsent = absentTest(settings);
  if (channels) return { channels: names, readValues: allChannels(read, isAbsent) };
  const [only] = read;
  if (values !== '*' && only !== undefined && read.length === 1) {
    return { channels: [''], readValues: oneNumber(only, isAbsent) };
  }
  return { channels: [''], readValues: severalNumbers(read, isAbsent) };
}

function oneNumber(column: Column, isAbsent: AbsentTest): ValuesReader {
  return (row, key, time, out) => {
    const cell = cellOf(row, column);
    const value = decimal(cell);
    if (!Number.isFinite(value) || isAbsent(cell)) return badCell(column, cell, isAbsent);
    out.add(key, time, value);
    return undefined;
  };
}

function allChannels(columns: readonly Column[], isAbsent: AbsentTest): ValuesReader {
  return (row, key, time, out) => {
    const values: number[] = [];
    for (const column of columns) {
      const cell = cellOf(row, column);
      const value = isAbsent(cell) ? NaN : decimal(cell);
      if (!Number.isFinite(value) && !isAbsent(cell)) return badCell(column, cell, isAbsent);
      values.push(value);
    }
    if (values.every((value) => Number.isNaN(value))) return nothingInRow();
    out.addAll(key, time, values);
    return undefined;
  };
}

function severalNumbers(columns: readonly Column[], isAbsent: AbsentTest): ValuesReader {
  return (row, key, time, out) => {
    const before = out.length;
    for (const column of columns) {
      const cell = cellOf(row, column);
      if (isAbsent(cell)) continue;
      const value = decimal(cell);
      if (!Number.isFinite(value)) return badCell(column, cell, isAbsent);
      const series = `${key}.${column.name}`;
      const fault = seriesFault(series);
      if (fault !== undefined) return invalid(`${shown(series)}: ${fault}`);
      out.add(series, time, value);
    }
    return out.length > before ? undefined : nothingInRow();
  };
}

function nothingInRow(): Refusal {
  return missing('row: expected at least one number, got none');
}

function badCell({ name }: Column, cell: string, isAbsent: AbsentTest): Refusal {
  const reason = isAbsent(cell) ? missing : invalid;
  return reason(`${name}: expected a finite number, got ${shown(cell)}`);
}
