import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { fileSample } from '../../src/init/file-sample.ts';
import { findSettings } from '../../src/init/find.ts';
import { MOST_RECORDS } from '../../src/init/sample.ts';
import { parquetBytes } from '../source/parquet-file.ts';
import { iso, MINUTE, T, times } from './shapes.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-init-'));
afterAll(() => rmSync(folder, { recursive: true }));
function write(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}
const table = (n: number, head = 'time,sensor,value'): string =>
  `${head}\n${times(n, (i) => `${iso(T + (i >> 1) * MINUTE)},s${i % 2},${i % 7}\n`).join('')}`;

test.each([
  ['a.csv', (text: string) => text],
  ['a.csv.gz', gzipSync],
  ['a.data', zstdCompressSync],
  ['bom.csv', (text: string) => `\ufeff${text}`],
])('%s', async (name, pack) => {
  const sample = await fileSample([write(name, pack(table(40)))], {});
  expect(sample).toMatchObject({
    format: 'csv',
    isWhole: true,
    columns: ['time', 'sensor', 'value'],
    hasHeader: true,
  });
  expect(findSettings(sample, {}).cadence).toMatchObject({ readings: 40, series: 2 });
});

test('Parquet, whose times say what they are', async () => {
  const bytes = parquetBytes({
    columnData: [
      { name: 'at', data: times(40, (i) => new Date(T + (i >> 1) * MINUTE)), type: 'TIMESTAMP' },
      { name: 'sensor', data: times(40, (i) => `s${i % 2}`), type: 'STRING' },
      { name: 'value', data: times(40, (i) => i % 7), type: 'DOUBLE' },
    ],
  });
  const found = findSettings(await fileSample([write('a.parquet', bytes)], {}), {});
  expect(found.decode).toEqual({
    format: 'parquet',
    series: 'sensor',
    time: 'at',
    timeUnit: 'auto',
    values: ['value'],
  });
  expect(found.cadence).toMatchObject({ readings: 40, series: 2, step: MINUTE });
});

test('no more than the first records', async () => {
  const sample = await fileSample([write('long.csv', table(MOST_RECORDS + 1))], {});
  expect([sample.isWhole, sample.stretches[0]?.length]).toEqual([false, MOST_RECORDS]);
});

test('a pattern stands for the files that fit, in order', async () => {
  write('p-2.csv', table(10));
  write('p-1.csv', table(10));
  const { input, parts } = await fileSample([join(folder, 'p-*.csv')], {});
  expect(parts).toBe(2);
  expect(input['paths']).toEqual([join(folder, 'p-1.csv'), join(folder, 'p-2.csv')]);
});

test('what cannot be', async () => {
  write('q-1.csv', table(4));
  write('q-2.csv', table(4, 'time,sensor,other'));
  await expect(fileSample([join(folder, 'q-*.csv')], {})).rejects.toThrow(/different columns/);
  await expect(fileSample([join(folder, 'none-*.csv')], {})).rejects.toThrow(/No file fits/);
  await expect(fileSample([join(folder, 'none.csv')], {})).rejects.toThrow(/Cannot read the file/);
  await expect(fileSample([write('empty.csv', '')], {})).rejects.toThrow(/nothing to look at/);
  await expect(fileSample([write('a.db', 'SQLite format 3\0x')], {})).rejects.toThrow(/The file is SQLite/);
});
