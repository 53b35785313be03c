import { describe, expect, test } from 'vitest';
import { inputOf } from '../../src/train/data-input.ts';

describe('by the extension', () => {
  test.each([
    ['a.csv', { format: 'csv' }],
    ['dir.x/A.CSV', { format: 'csv' }],
    ['bundled:nyc-weather-EWR.csv', { format: 'csv' }],
    ['a.tsv', { format: 'csv', delimiter: '\t' }],
    ['a.ndjson', { format: 'json' }],
    ['a.jsonl', { format: 'json' }],
    ['a.lp', { format: 'line-protocol' }],
  ])('%s', (path, decode) => {
    expect(inputOf([path])).toEqual({ kind: 'file', paths: [path], pace: 'max', decode });
  });

  test.each(['run.sqlite', '.foretide/live-forecast.db'])('%s is the file of a run', (path) => {
    expect(inputOf([path])).toEqual({ kind: 'sqlite', path });
  });
});

test('several files of one format are one input', () => {
  expect(inputOf(['a.json', 'b.ndjson'])).toMatchObject({ paths: ['a.json', 'b.ndjson'] });
});

test('--format says it where the extension does not', () => {
  expect(inputOf(['a.log'], 'json')).toMatchObject({ decode: { format: 'json' } });
  expect(inputOf(['a'], 'sqlite')).toEqual({ kind: 'sqlite', path: 'a' });
});

test.each([
  [['a.csv', 'b.log'], 'b.log', /extension.*got \.log/],
  [['a'], 'a', /got none.*--format/],
  [['a.csv', 'b.json'], '--data', /different formats: expected csv as the first, got csv, json/],
  [['a.db', 'b.db'], '--data', /Only one SQLite/],
])('%j is refused', (paths, where, message) => {
  expect(() => inputOf(paths)).toThrow(
    expect.objectContaining({
      code: 'SETTINGS_INVALID',
      message: expect.stringMatching(message) as unknown,
      facts: expect.objectContaining({ where }) as unknown,
    }),
  );
});
