import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import {
  type BackfillBeginning,
  beginBackfillFile,
  completeBackfillFile,
  mustBeSameBackfill,
  readBackfillFile,
} from '../../src/run/backfill-file.ts';
import { beginReplayFile } from '../../src/run/replay-settings.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-backfill-'));
afterAll(() => rmSync(folder, { recursive: true }));
const beginning: BackfillBeginning = {
  meaning: { pipeline: 'p', reads: '{"topic":"t"}' },
  end: 5000,
  commands: [[3, [{ number: 1, before: 7, command: { kind: 'tick', time: 9 } }]]],
  begun: [{ partition: 3, next: 6, watermark: 8, snapshot: { next: 5, watermark: 7 } }],
  isWhole: true,
};

test('what it began with is found again, when the store has been opened, too', async () => {
  const path = join(folder, 'deep', 'a.db');
  expect(readBackfillFile(path)).toBeUndefined();
  beginBackfillFile(path, beginning);
  expect(readBackfillFile(path)).toEqual(beginning);
  const store = new SqliteStore(path, { retention: 1e12 });
  expect(readBackfillFile(path)).toEqual(beginning);
  await store.close();
  beginBackfillFile(path, { ...beginning, end: null });
  expect(readBackfillFile(path)?.end).toBeNull();
});

test('one that a kill has left without its states is none', () => {
  const path = join(folder, 'states.db');
  beginBackfillFile(path, { ...beginning, isWhole: false });
  expect(readBackfillFile(path)).toBeUndefined();
  completeBackfillFile(path);
  expect(readBackfillFile(path)).toEqual(beginning);
});

test('that of a version that knew no beginnings began from an empty state', () => {
  const path = join(folder, 'old.db');
  const { begun: _, isWhole: __, ...old } = beginning;
  beginBackfillFile(path, old as BackfillBeginning);
  expect(readBackfillFile(path)).toEqual({ ...beginning, begun: [] });
});

test('one that a kill has left empty is none', () => {
  const path = join(folder, 'empty.db');
  writeFileSync(path, '');
  expect(readBackfillFile(path)).toBeUndefined();
});

// Seen to fail when whatever has a table `meta` will do.
test('a file of something else is refused and stays; a replay does not begin the file of a backfill anew', async () => {
  const [run, replay, diary, own] = ['run', 'replay', 'diary', 'own'].map((name) =>
    join(folder, `${name}.db`),
  );
  await new SqliteStore(run!, { retention: 1e12 }).close();
  beginReplayFile(replay!);
  writeFileSync(diary!, 'Today nothing happened.');
  for (const path of [run!, replay!, diary!]) {
    expect(() => readBackfillFile(path)).toThrow(/not of a backfill/);
    expect(existsSync(path)).toBe(true);
  }
  beginBackfillFile(own!, beginning);
  expect(() => beginReplayFile(own!)).toThrow(/not of a replay/);
});

test('what differs from its beginning is told', () => {
  expect(() => mustBeSameBackfill('a.db', beginning, beginning.meaning)).not.toThrow();
  expect(() => mustBeSameBackfill('a.db', beginning, { pipeline: 'p', reads: '{}' })).toThrow(
    'expected reads {"topic":"t"}, got reads {} (at a.db)',
  );
});
