import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { FileReader } from '../../src/source/file-reader.ts';
import type { SourceRecord } from '../../src/source/source.ts';
import { parquetBytes } from './parquet-file.ts';
import { recordings } from './recording.ts';

const write = recordings();

async function read(path: string, columns: readonly string[], from = 0): Promise<SourceRecord[]> {
  const reader = new FileReader(0, path, from, { columns });
  const records = await reader.take(Infinity);
  const none = await reader.take(1);
  expect(none).toEqual([]);
  await reader.close();
  return records;
}

const cells = (records: readonly SourceRecord[]): unknown => records.map((record) => record.cells);
const json = (records: readonly SourceRecord[]): string[] =>
  records.map(({ value }) => Buffer.from(value!).toString());

/** One column of one type, as cells. */
async function column(element: object, data: unknown[]): Promise<unknown> {
  const bytes = parquetBytes({
    columnData: [{ name: 'x', data }],
    schema: [
      { name: 'root', num_children: 1 },
      { name: 'x', repetition_type: 'OPTIONAL', ...element },
    ],
  });
  return (await read(write(bytes), ['x'])).map((record) => record.cells![0]);
}

describe('cells', () => {
  test('numbers come back bit for bit, and have all their digits', async () => {
    const numbers = [0.1, -0, 5e-324, -1.7976931348623157e308, 1e21, Infinity, NaN, null];
    const text = ['0.1', '-0', '5e-324', '-1.7976931348623157e+308', '1e+21', 'Infinity', '', ''];
    expect(await column({ type: 'DOUBLE' }, numbers)).toEqual(text);
    expect(await column({ type: 'FLOAT' }, [0.5, Math.fround(0.1)])).toEqual(['0.5', '0.10000000149011612']);
    expect(await column({ type: 'INT32' }, [-7, null])).toEqual(['-7', '']);
    expect(await column({ type: 'INT64' }, [9007199254740993n, -1n])).toEqual(['9007199254740993', '-1']);
    const unsigned = { type: 'INT64', converted_type: 'UINT_64' };
    expect(await column(unsigned, [18446744073709551615n])).toEqual(['18446744073709551615']);
  });

  test('a decimal has exactly its digits, whatever it lies in', async () => {
    const decimal = { converted_type: 'DECIMAL', scale: 2, precision: 18 };
    const plain = (type: string, data: unknown[]) =>
      parquetBytes({
        columnData: [{ name: 'x', data }],
        schema: [
          { name: 'root', num_children: 1 },
          { name: 'x', repetition_type: 'OPTIONAL', type, ...decimal } as never,
        ],
      });
    const path = write(plain('INT64', [0.29, -1.1, 3, null]));
    expect(cells(await read(path, ['x']))).toEqual([['0.29'], ['-1.10'], ['3.00'], ['']]);
    const fixed = { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 4, ...decimal, precision: 9 };
    expect(await column(fixed, [0.07, -327.68])).toEqual(['0.07', '-327.68']);
  });

  test('instants of all kinds are ms, exact to the microsecond; digits below are dropped', async () => {
    const stamp = (unit: string) => ({
      type: 'INT64',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit },
    });
    const us = 1767225600123456n;
    expect(await column(stamp('MILLIS'), [us / 1000n, -1n, null])).toEqual(['1767225600123', '-1', '']);
    expect(await column(stamp('MICROS'), [us, -1n])).toEqual(['1767225600123.456', '-0.001']);
    expect(await column(stamp('NANOS'), [us * 1000n + 999n])).toEqual(['1767225600123.456']);
    const old = { type: 'INT64', converted_type: 'TIMESTAMP_MICROS' };
    expect(await column(old, [us])).toEqual(['1767225600123.456']);
    expect(await column({ type: 'INT32', converted_type: 'DATE' }, [20_454, -1])).toEqual([
      '1767225600000',
      '-86400000',
    ]);
  });

  test('texts, also where the file does not say that they are', async () => {
    expect(await column({ type: 'BYTE_ARRAY', converted_type: 'UTF8' }, ['ä "b",\n', '', null])).toEqual([
      'ä "b",\n',
      '',
      '',
    ]);
    expect(await column({ type: 'BYTE_ARRAY' }, [Buffer.from('kö')])).toEqual(['kö']);
  });
});

describe('files by Apache Arrow', () => {
  const file = (name: string): string =>
    fileURLToPath(new URL(`../reference/parquet/${name}.parquet`, import.meta.url));
  const NUMBERS = ['f64', 'f32', 'i64', 'u64', 'dec'];

  test.each(['none', 'snappy', 'gzip', 'zstd', 'brotli', 'lz4', 'v2'])('kinds-%s', async (name) => {
    const records = await read(file(`kinds-${name}`), ['ms', 'us', 'ns', 'day', 'sensor', ...NUMBERS]);
    expect(cells(records)).toEqual([
      [
        '1767225600123',
        '1767225600123.456',
        '1767225600123.456',
        '1767225600000',
        'a',
        '0.1',
        '0.5',
        '9007199254740993',
        '18446744073709551615',
        '0.29',
      ],
      ['-1', '-0.001', '-0.001', '-86400000', 'ä', '-0', '1.5', '-1', '1', '-1.10'],
      ['0', '0', '0', '0', '', '', '2.5', '0', '0', '3.00'],
      Array.from({ length: 10 }, () => ''),
      [
        '4102444800999',
        '4102444800999.999',
        '4102444800999.999',
        '4102444800000',
        'a',
        'Infinity',
        '3.5',
        '5',
        '5',
        '12345678901.07',
      ],
    ]);
    expect(json(records)[3]).toBe(
      `{${['ms', 'us', 'ns', 'day', 'sensor', ...NUMBERS].map((each) => `"${each}":null`).join()}}`,
    );
  });

  test('int96', async () => {
    const times = ['1767225600123.456', '-0.001', '0', '', '4102444800999.999'];
    const records = await read(file('int96'), ['time', 'value']);
    expect(cells(records)).toEqual(times.map((time, i) => [time, `${i + 1}`]));
  });
});

test('the record of a row is the JSON of what is read of it', async () => {
  const bytes = parquetBytes({
    columnData: [
      { name: 'time', data: [new Date(1000), new Date(2000), new Date(3000)] },
      { name: 'a "b"', data: ['ä', null, ''] },
      { name: 'n', data: [1.5, Infinity, null], type: 'DOUBLE' },
      { name: 'not read', data: [1, 2, 3] },
    ],
  });
  const records = await read(write(bytes), ['time', 'a "b"', 'n']);
  expect(json(records).map((text) => JSON.parse(text) as unknown)).toEqual([
    { time: 1000, 'a "b"': 'ä', n: 1.5 },
    { time: 2000, 'a "b"': null, n: 'Infinity' },
    { time: 3000, 'a "b"': '', n: null },
  ]);
});

describe.each(['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'ZSTD', 'BROTLI', 'LZ4_RAW'] as const)(
  'packed by %s',
  (codec) => {
    test('all rows, in order, from any row on, whatever the row groups', async () => {
      const n = 5000;
      const bytes = parquetBytes({
        codec,
        rowGroupSize: [7, 1500],
        pageSize: 1000,
        columnData: [
          { name: 'i', data: Int32Array.from({ length: n }, (_, i) => i) },
          { name: 's', data: Array.from({ length: n }, (_, i) => `s${i % 10}`) },
          {
            name: 'v',
            data: Array.from({ length: n }, (_, i) => (i % 7 === 0 ? null : i / 3)),
            type: 'DOUBLE',
          },
        ],
      });
      const path = write(bytes);
      const all = await read(path, ['i', 's', 'v']);
      expect(cells(all)).toEqual(
        Array.from({ length: n }, (_, i) => [`${i}`, `s${i % 10}`, i % 7 === 0 ? '' : String(i / 3)]),
      );
      expect(all.map(({ offset }) => offset)).toEqual(Array.from({ length: n }, (_, i) => i));
      for (const from of [1, 6, 7, 8, 1507, 3100, 4999, 5000, 6000])
        expect(cells(await read(path, ['i'], from))).toEqual(
          Array.from({ length: Math.max(0, n - from) }, (_, i) => [`${i + from}`]),
        );
    });
  },
);

test('a row group larger than what is unpacked at a time', async () => {
  const n = 300_000;
  const path = write(
    parquetBytes({
      rowGroupSize: n,
      pageSize: 100_000,
      columnData: [
        { name: 'i', data: Int32Array.from({ length: n }, (_, i) => i), encoding: 'PLAIN' },
        { name: 's', data: Array.from({ length: n }, (_, i) => `s${i % 1000}`) },
      ],
    }),
  );
  const records = await read(path, ['i', 's'], 100_000);
  expect(records.length).toBe(200_000);
  expect(
    records.every(({ offset, cells: [i, s] = [] }) => i === `${offset}` && s === `s${offset % 1000}`),
  ).toBe(true);
});

test('a row group that is damaged: the rows before it come, then an error that says which', async () => {
  const bytes = parquetBytes({
    codec: 'GZIP',
    rowGroupSize: 1000,
    columnData: [{ name: 'i', data: Array.from({ length: 3000 }, (_, i) => Math.sqrt(i)), type: 'DOUBLE' }],
  });
  bytes.fill(0xee, bytes.length >> 1, (bytes.length >> 1) + 500);
  const reader = new FileReader(0, write(bytes), 0, { columns: ['i'] });
  expect((await reader.take(5000)).length).toBe(1000);
  await expect(reader.take(1)).rejects.toMatchObject({
    code: 'FILE_FORMAT',
    facts: { where: expect.stringContaining('rows 1000 to 1999') as unknown },
  });
});
