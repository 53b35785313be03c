import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { ParquetSettings } from '../../src/decode/settings.ts';
import { parquetColumns, parquetTable } from '../../src/source/parquet-table.ts';
import { parquetBytes } from './parquet-file.ts';
import { recordings } from './recording.ts';

const write = recordings();
const KINDS = fileURLToPath(new URL('../reference/parquet/kinds-none.parquet', import.meta.url));

const table = (more: object = {}, paths: readonly string[] = [KINDS]) =>
  parquetTable(paths, ParquetSettings.parse({ format: 'parquet', time: 'us', ...more }));

test('of what kind each column is', async () => {
  expect((await parquetColumns(KINDS)).map(({ name, kind, type }) => `${name}: ${kind}, ${type}`)).toEqual([
    'ms: time, INT64 TIMESTAMP',
    'us: time, INT64 TIMESTAMP',
    'ns: time, INT64 TIMESTAMP',
    'day: time, INT32 DATE',
    'sensor: text, BYTE_ARRAY STRING',
    'f64: number, DOUBLE',
    'f32: number, FLOAT',
    'i64: number, INT64',
    'u64: number, INT64 INTEGER',
    'dec: number, FIXED_LEN_BYTE_ARRAY DECIMAL',
    'flag: other, BOOLEAN',
    'list: other, GROUP LIST',
    'place: other, GROUP',
  ]);
});

test('* is every column of numbers; each column is read once, and a CSV of them is decoded', async () => {
  expect(await table()).toMatchObject({
    format: 'csv',
    columns: ['us', 'sensor', 'f64', 'f32', 'i64', 'u64', 'dec'],
    values: '*',
    missing: [''],
  });
  const few = await table({ time: 'i64', timeUnit: 'us', seriesName: 'x', values: ['f64', 'i64'] });
  expect(few).toMatchObject({ columns: ['i64', 'f64'], seriesName: 'x', timeUnit: 'us' });
});

describe('refused before anything is read', () => {
  test.each([
    ['a column that is not there', { values: ['none'] }, 'input.decode.values', /no such column.*f64/],
    ['values that are no numbers', { values: ['flag'] }, 'input.decode.values', /BOOLEAN/],
    ['a list', { values: ['list'] }, 'input.decode.values', /GROUP LIST/],
    ['a series of instants', { series: 'day' }, 'input.decode.series', /DATE/],
    [
      'a time of its own unit',
      { timeUnit: 'ns' },
      'input.decode.timeUnit',
      /says itself.*ns, of INT64 TIMESTAMP/,
    ],
  ])('%s', async (_, settings, where, message) => {
    await expect(table(settings)).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      facts: { where },
      message: expect.stringMatching(message) as unknown,
    });
  });

  test('files that differ in what is read', async () => {
    const of = (type: 'DOUBLE' | 'STRING', data: unknown[]) =>
      write(
        parquetBytes({
          columnData: [
            { name: 't', data: [1n] },
            { name: 'v', data, type },
          ],
        }),
      );
    const settings = { time: 't', seriesName: 'x', values: ['v'] };
    await expect(table(settings, [of('DOUBLE', [1]), of('STRING', ['1'])])).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      facts: { got: 't (number), v (text)' },
    });
    expect((await table(settings, [of('DOUBLE', [1]), of('DOUBLE', [2])])).columns).toEqual(['t', 'v']);
  });

  test.each([
    ['no Parquet', 'time,value\n1,2\n', 'The file is no Parquet'],
    ['one that is cut off', 'PAR1 and no more', 'The Parquet file is cut off'],
    ['one that is too short', 'PAR1', 'The Parquet file is cut off'],
    [
      'one whose end is damaged',
      'PAR1\u00ff\u0001\u0001\u0001\u0001\u0001\u0004\0\0\0PAR1',
      'The Parquet file cannot be read on',
    ],
  ])('%s', async (_, content, what) => {
    const path = write(content);
    await expect(parquetColumns(path)).rejects.toMatchObject({
      code: 'FILE_FORMAT',
      facts: { what, where: path },
    });
  });
});
