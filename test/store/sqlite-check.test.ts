import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { checkSqlite } from '../../src/store/sqlite-check.ts';
import { commitOf, NOWHERE } from '../checks/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-check-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a file that will be made, in folders that will be made', async () => {
  const path = join(folder, 'deep', 'er', 'new.db');
  expect(await checkSqlite(path)).toBe(`sqlite ${path}: will be made`);
  expect(await checkSqlite('.foretide-nowhere/x.db')).toBe('sqlite .foretide-nowhere/x.db: will be made');
});

test('a file that is there: a run that owns it keeps it', async () => {
  const path = join(folder, 'there.db');
  const store = new SqliteStore(path, { retention: 1e12 });
  expect(await checkSqlite(path)).toMatch(/: \d+ bytes, goes on from there$/);
  await store.commit(commitOf({ next: 5 }));
  expect(await store.open(0, 'f', NOWHERE)).toEqual({ next: 5, committed: 5, commands: [] });
  await store.close();
});

test('an empty file is the beginning of a database', async () => {
  const path = join(folder, 'empty.db');
  writeFileSync(path, '');
  expect(await checkSqlite(path)).toMatch(/ 0 bytes/);
});

test('a database in memory is no file', async () => {
  expect(await checkSqlite(':memory:')).toBe('sqlite :memory:: will be made');
});

test.each([
  ['a folder', () => mkdirSync(join(folder, 'a-folder')), 'a-folder', /a folder/],
  ['below a file', () => writeFileSync(join(folder, 'a-file'), 'x'), join('a-file', 'x.db'), /no folder/],
  [
    'something else',
    () => writeFileSync(join(folder, 'else.db'), 'x'.repeat(5000)),
    'else.db',
    /no SQLite database/,
  ],
])('a path that is %s is STORE_FAILED and says why', async (_, prepare, name, got) => {
  prepare();
  const path = join(folder, name);
  await expect(checkSqlite(path)).rejects.toMatchObject({
    code: 'STORE_FAILED',
    facts: {
      where: path,
      got: expect.stringMatching(got) as unknown,
      todo: expect.stringContaining('store.path') as unknown,
    },
  });
});

// root may write everywhere, but for what the kernel itself forbids
test('a place that cannot be written', async () => {
  const { getuid } = process;
  if (!getuid || getuid.call(process) === 0) return;
  await expect(checkSqlite('/foretide.db')).rejects.toMatchObject({ code: 'STORE_FAILED' });
});
