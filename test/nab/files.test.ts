import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readLabels } from '../../src/evaluate/alerts/labels.ts';
import { filesIn, readColumn, readResults } from './files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nab-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(path: string, text: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
  return file;
}

test('labels are windows by file, as times', () => {
  const path = put(
    'labels.json',
    '{"b/x.csv": [], "a/y.csv": [["2014-04-10 07:15:00.000000", "2014-04-11 16:45:00"]]}',
  );
  expect([...readLabels(path)]).toEqual([
    ['b/x.csv', []],
    [
      'a/y.csv',
      [expect.objectContaining({ from: Date.UTC(2014, 3, 10, 7, 15), to: Date.UTC(2014, 3, 11, 16, 45) })],
    ],
  ]);
  expect(() => readLabels(put('no.json', '{"a/y.csv": [["10.4.2014", "2014-04-11"]]}'))).toThrow(
    'expected an ISO 8601 date, got 10.4.2014',
  );
});

test('a folder is its categories and their CSV files, in order', () => {
  for (const name of [
    'data/b/two.csv',
    'data/b/one.csv',
    'data/a/z.csv',
    'data/README.md',
    'data/a/notes.txt',
  ])
    put(name, '');
  expect(filesIn(join(folder, 'data'))).toEqual(['a/z.csv', 'b/one.csv', 'b/two.csv']);
});

test('a column is read beside its times, whichever others there are', () => {
  const path = put(
    'x.csv',
    'timestamp,value,anomaly_score,label\n2014-01-01 00:00:00,5,0.25,0\n2014-01-01 00:05:00,6,1e-3,1\n',
  );
  expect(readColumn(path, 'anomaly_score')).toEqual({
    time: Float64Array.of(Date.UTC(2014, 0, 1), Date.UTC(2014, 0, 1, 0, 5)),
    values: Float64Array.of(0.25, 0.001),
  });
  expect(() => readColumn(path, 'score')).toThrow('x.csv:1: expected the columns timestamp and score');
  expect(() => readColumn(put('y.csv', 'timestamp,value\n2014-01-01,\n'), 'value')).toThrow(
    'y.csv:2: expected a number, got ',
  );
  expect(() => readColumn(put('z.csv', 'timestamp,value\n2014-01-01,1\n1.1.14,2\n'), 'value')).toThrow(
    'z.csv:3: expected an ISO 8601 date, got 1.1.14',
  );
});

test('results are found with the name of the detector before their own, as NAB writes them, and without', () => {
  const result = 'timestamp,anomaly_score\n2014-01-01 00:00:00,0.5\n';
  put('mine/a/mine_one.csv', result);
  put('mine/a/two.csv', result);
  const windows = [{ from: 0, at: 0, to: 1 }];
  const read = readResults(
    join(folder, 'mine'),
    ['a/one.csv', 'a/two.csv'],
    new Map([['a/two.csv', windows]]),
  );
  expect(read.map(({ name, score, windows: labelled }) => [name, [...score], labelled])).toEqual([
    ['a/one.csv', [0.5], []],
    ['a/two.csv', [0.5], windows],
  ]);
});
