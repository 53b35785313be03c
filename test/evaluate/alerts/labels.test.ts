import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { failuresOf, readLabels } from '../../../src/evaluate/alerts/labels.ts';
import { filePath } from '../../../src/source/file-path.ts';

const day = (d: number, h = 0): number => Date.UTC(2026, 0, d, h);
const dir = mkdtempSync(join(tmpdir(), 'foretide-labels-'));
afterAll(() => rmSync(dir, { recursive: true }));

let count = 0;
const file = (text: string): string => {
  const path = join(dir, `${count++}.json`);
  writeFileSync(path, text);
  return path;
};

test('are found by the series, the path of its file or the last part of it', () => {
  const labels = readLabels(
    file(
      '{"a":[["2026-01-01 00:00:00.000000","2026-01-02T00:00:00Z"]],"real/b.csv":[["2026-01-01 00:00","2026-01-01 00:00"]],"c.csv":[]}',
    ),
  );
  expect(failuresOf(labels, 'a', 'x.csv').length).toBe(1);
  expect(failuresOf(labels, 'x', '/data/real/b.csv').length).toBe(1);
  expect(failuresOf(labels, 'x', 'bundled:b.csv').length).toBe(1);
  expect(failuresOf(labels, 'x', '/data/other/c.csv')).toEqual([]);
  expect(failuresOf(labels, 'x', undefined)).toEqual([]);
});

test.each([
  ['{', 'FILE_FORMAT'],
  ['{"a":[["yesterday","2026-01-02"]]}', 'FILE_FORMAT'],
  ['{"a":[["2026-01-03","2026-01-02"]]}', 'FILE_FORMAT'],
  ['{"a":[["2026-01-01","2026-01-03","2026-01-02"]]}', 'FILE_FORMAT'],
  ['{"a":[["2026-01-03"]]}', 'FILE_FORMAT'],
  ['{"a":["soon"]}', 'FILE_FORMAT'],
  ['{"a":[1767225600000]}', 'FILE_FORMAT'],
])('%s is refused', (text, code) => {
  expect(() => readLabels(file(text))).toThrow(expect.objectContaining({ code }));
});

test('a file that is not there is refused', () => {
  expect(() => readLabels(join(dir, 'none'))).toThrow(expect.objectContaining({ code: 'FILE_UNREADABLE' }));
});

test('are windows around a failure, failures in a window, or failures alone', () => {
  const text =
    '{"a":[["2026-01-01","2026-01-02"],["2026-01-01","2026-01-01 18:00","2026-01-02"],"2026-01-05"]}';
  expect(failuresOf(readLabels(file(text)), 'a', undefined)).toEqual([
    { from: day(1), at: day(1, 12), to: day(2) },
    { from: day(1), at: day(1, 18), to: day(2) },
    { from: day(4), at: day(5), to: day(6) },
  ]);
});

test('of the bundled recordings: the failures of NAB in the windows of NAB', () => {
  const labels = readLabels(filePath('bundled:labels.json'));
  const failures = failuresOf(labels, '', 'bundled:machine_temperature_system_failure.csv');
  expect(failures.length).toBe(4);
  // what the two files of NAB say agrees here
  for (const { from, at, to } of failures) expect(at).toBe((from + to) / 2);
  expect([...labels.values()].flat().length).toBe(6);
});
