import { gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { InputSettings } from '../../src/config/run-settings.ts';
import { placeOf } from '../../src/evaluate/row-place.ts';
import { workplace } from '../cli/workplace.ts';

const { write } = workplace();
const input = (path: string, decode: object) => InputSettings.parse({ kind: 'file', paths: [path], decode });

test('the line of a row: after the header, past blank lines and cells of several lines', async () => {
  const path = write('a.csv', 't,x\n1,2\n\n"a\nb",3\n5,6\n');
  const csv = input(path, { format: 'csv' });
  expect(await Promise.all([0, 1, 2].map((row) => placeOf(csv, 0, row)))).toEqual([
    `${path}:2`,
    `${path}:5`,
    `${path}:6`,
  ]);
});

test('columns that the settings name: the file may begin with them or not', async () => {
  const decode = { format: 'csv', columns: ['t', 'x'] };
  const without = write('b.csv', '1,2\n3,4\n');
  expect(await placeOf(input(without, decode), 0, 1)).toBe(`${without}:2`);
  const beginning = write('c.csv', 't,x\n1,2\n3,4\n');
  expect(await placeOf(input(beginning, decode), 0, 1)).toBe(`${beginning}:3`);
});

test('line breaks of several kinds in one file', async () => {
  const path = write('mixed.csv', 't,x\r\n1,2\n3,4\r\n5,6\r7,8\n');
  const csv = input(path, { format: 'csv' });
  expect(await Promise.all([0, 1, 2, 3].map((row) => placeOf(csv, 0, row)))).toEqual([
    `${path}:2`,
    `${path}:3`,
    `${path}:4`,
    `${path}:5`,
  ]);
});

test('of a packed file the line of its content; of Parquet the row', async () => {
  const path = write('packed.csv', gzipSync('t,x\n1,2\n\n3,4\n'));
  expect(await placeOf(input(path, { format: 'csv' }), 0, 1)).toBe(`${path}:4`);
  const lines = write('packed.ndjson', zstdCompressSync('{}\n\n{}\n'));
  expect(await placeOf(input(lines, { format: 'json' }), 0, 1)).toBe(`${lines}:3`);
  expect(await placeOf(input('a.parquet', { format: 'parquet' }), 0, 7)).toBe('a.parquet, row 7');
});

test('what is a line break to Unicode alone is none', async () => {
  const path = write('unicode.ndjson', '{"a":"\u2028\u2029\u0085"}\n\n{}\n');
  expect(await placeOf(input(path, { format: 'json' }), 0, 1)).toBe(`${path}:3`);
});

test('the line of a record, past blank ones', async () => {
  const path = write('d.ndjson', '{}\n\n  \n{}\r\n{}');
  const json = input(path, { format: 'json' });
  expect(await Promise.all([0, 1, 2].map((row) => placeOf(json, 0, row)))).toEqual([
    `${path}:1`,
    `${path}:4`,
    `${path}:5`,
  ]);
});

test('of what is no file, partition and offset', async () => {
  const kafka = InputSettings.parse({ kind: 'kafka', brokers: ['b:1'], topic: 't' });
  expect(await placeOf(kafka, 2, 17)).toBe('partition 2, offset 17');
});
