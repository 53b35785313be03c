import { expect, test } from 'vitest';
import { CsvSettings } from '../../src/decode/settings.ts';
import { TableRows } from '../../src/evaluate/table-rows.ts';

const record = (...cells: string[]) => ({ offset: 3, key: null, value: Buffer.from(cells.join()), cells });
const settings = (more: object) => CsvSettings.parse({ format: 'csv', time: 'date', ...more });
const columns = ['date', ' a ', 'b', 'place'];

test('finds the values that are missing, of the columns that are read alone', () => {
  const named = new TableRows(settings({ values: ['a'], series: 'place' }), columns, undefined);
  expect([...named.missing(record('2026-01-01', ' NaN ', '', ''))]).toEqual([
    { offset: 3, column: 'a', got: '"NaN"' },
  ]);
  const all = new TableRows(settings({ series: 'place' }), columns, undefined);
  expect([...all.missing(record('', '1', '?', ''))]).toEqual([{ offset: 3, column: 'b', got: '"?"' }]);
  const constant = new TableRows(settings({ seriesName: 's' }), columns, undefined);
  expect([...constant.missing(record('', '1', '2', ''))].map(({ column }) => column)).toEqual(['place']);
  expect([...all.missing({ offset: 0, key: null, value: null })]).toEqual([]);
});

test('codes of nulls are missing values, too', () => {
  const rows = new TableRows(
    settings({ values: ['a', 'b'], seriesName: 's', nulls: [-200] }),
    columns,
    undefined,
  );
  expect([...rows.missing(record('2026-01-01', '-200.0', '200', 'x'))]).toEqual([
    { offset: 3, column: 'a', got: '"-200.0"' },
  ]);
});

test('brings dates of a format of their own to ISO 8601, and leaves what is not of it', () => {
  const rows = new TableRows(settings({ seriesName: 's', values: ['a'] }), columns, 'M/D/YYYY');
  expect(rows.readable(record('1/2/2010', '1', '2', 'x')).cells).toEqual([
    '2010-01-02T00:00:00Z',
    '1',
    '2',
    'x',
  ]);
  const other = record('2010-01-02', '1', '2', 'x');
  expect(rows.readable(other)).toBe(other);
  const usual = new TableRows(settings({ seriesName: 's', values: ['a'] }), columns, undefined);
  expect(usual.readable(other)).toBe(other);
});
