import { expect, test } from 'vitest';
import { EXTENSIONS, inputOfRun, kindOf, unpackedName } from '../../src/source/data-kind.ts';

test('the extension says it, in capitals too; nothing else does', () => {
  expect(['a.csv', 'x.y/A.TSV', 'a.JSONL.gz', 'a.lp.zst', '.foretide/run.db'].map(kindOf)).toEqual([
    'csv',
    'csv',
    'json',
    'line-protocol',
    'sqlite',
  ]);
  expect(['csv', 'a.xls', '.db', ''].map(kindOf)).toEqual([undefined, undefined, undefined, undefined]);
  expect(['a.parquet', 'a.gz', 'gz'].map(kindOf)).toEqual(['parquet', undefined, undefined]);
  expect(['a.csv.GZ', 'a.csv', 'b/.gz'].map(unpackedName)).toEqual(['a.csv', 'a.csv', 'b/.gz']);
  for (const extension of EXTENSIONS) expect(kindOf(`a${extension}`)).toBeDefined();
});

test('a run is read as it is: one file, and no flags that would be passed over', () => {
  expect(inputOfRun(['a.db'], { '--series': undefined })).toEqual({ kind: 'sqlite', path: 'a.db' });
  expect(() => inputOfRun(['a.db', 'b.db'], {})).toThrow(/Only one SQLite file.*got 2/);
  expect(() => inputOfRun(['a.db'], { '--series': 's', '--time': undefined, '--columns': ['v'] })).toThrow(
    expect.objectContaining({
      code: 'SETTINGS_INVALID',
      facts: expect.objectContaining({ got: '--series, --columns', where: 'a.db' }) as unknown,
    }),
  );
});
