import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { removeSqlite, SqliteStore } from '../../src/store/sqlite.ts';
import { checkStore, commitOf, readings, NOWHERE } from '../checks/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
const DAY = 86_400_000;
let count = 0;
const place = (): string => join(folder, `${count++}.db`);
const open = (path: string, retention = 90 * DAY): SqliteStore => new SqliteStore(path, { retention });

checkStore('sqlite', (path) => open(path), place);

describe('sqlite', () => {
  const timesOf = (store: SqliteStore): number[] =>
    (store.database.prepare('SELECT time FROM reading ORDER BY time').all() as { time: number }[]).map(
      ({ time }) => time,
    );

  test('an identity is never written twice', async () => {
    const store = open(place());
    await store.commit(commitOf({ next: 1, points: [readings('s', [1, 2])] }));
    await expect(store.commit(commitOf({ next: 2, points: [readings('s', [2])] }))).rejects.toMatchObject({
      code: 'OUTPUT_IDENTITY',
    });
    expect(timesOf(store)).toEqual([1, 2]);
    await store.close();
  });

  test('what the retention leaves depends on the data, not on where the commits fell', async () => {
    const days = [0, 1, 50, 99, 100, 120, 240, 20, 241];
    const after = async (groups: number[][]): Promise<number[]> => {
      const store = open(place());
      let newest = 0;
      for (const group of groups) {
        newest = Math.max(newest, ...group.map((d) => d * DAY));
        const points = group.map((d) => readings('s', [d * DAY]));
        await store.commit(commitOf({ points, watermark: newest }));
      }
      const left = timesOf(store).map((time) => time / DAY);
      await store.close();
      return left;
    };
    const whole = await after([days]);
    expect(whole).toEqual([240, 241]);
    expect(await after(days.map((d) => [d]))).toEqual(whole);
    expect(await after([days.slice(0, 4), days.slice(4, 8), days.slice(8)])).toEqual(whole);
  });

  test('--fresh removes what was there', async () => {
    const path = place();
    const store = open(path);
    await store.commit(commitOf({ next: 9 }));
    await store.close();
    removeSqlite(path);
    const fresh = open(path);
    expect(await fresh.open(0, 'f', NOWHERE)).toBeNull();
    await fresh.close();
  });

  test('a file that is no database, and a place that cannot be written, are told', () => {
    const path = place();
    writeFileSync(path, 'this is no database, but long enough to be looked at as one'.repeat(50));
    expect(() => open(path)).toThrow(
      expect.objectContaining({ code: 'STORE_FAILED', message: expect.stringContaining(path) }),
    );
    expect(() => open(join(path, 'below-a-file.db'))).toThrow(
      expect.objectContaining({ code: 'STORE_FAILED' }),
    );
  });
});
