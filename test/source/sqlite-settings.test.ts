import { expect, test } from 'vitest';
import { SqliteArchiveSettings } from '../../src/source/sqlite-settings.ts';

test('a path is enough; instants become ms', () => {
  expect(SqliteArchiveSettings.parse({ path: 'a.db' })).toEqual({ path: 'a.db' });
  expect(SqliteArchiveSettings.parse({ path: 'a.db', from: '1970-01-02', to: 1e9, series: ['s'] })).toEqual({
    path: 'a.db',
    from: 86_400_000,
    to: 1e9,
    series: ['s'],
  });
});

test.each([
  { path: '' },
  { path: 'a', from: 'x' },
  { path: 'a', from: 5, to: 5 },
  { path: 'a', series: [] },
  { path: 'a', pace: 'max' },
])('refuses %j', (wrong) => expect(SqliteArchiveSettings.safeParse(wrong).success).toBe(false));
