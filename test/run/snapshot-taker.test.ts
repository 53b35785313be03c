import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, test } from 'vitest';
import { type Log, silentLog } from '../../src/log.ts';
import { SnapshotTaker } from '../../src/run/snapshot-taker.ts';
import { Task } from '../../src/run/task.ts';
import { Tasks } from '../../src/run/tasks.ts';
import { SnapshotSettings, Snapshots } from '../../src/store/snapshots.ts';
import { SnapshotStore } from '../store/snapshot-store.ts';
import { batch, KeptStore, partsWith, settingsWith } from './parts.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-taker-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const place = (): string => join(folder, `${count++}.db`);
const settings = settingsWith('commit.readings=10');
const HOURLY = SnapshotSettings.parse({ every: '1h', keep: 100 });

function stateOf({ memory }: Task): string {
  const hash = createHash('sha256').update(memory.partitionBytes());
  for (const { series, bytes } of memory.all()) hash.update(series).update(bytes);
  return hash.digest('hex');
}

/** Plays 300 minutes of two series with snapshots. */
async function played(path: string, { log = silentLog, from = 0, store = new KeptStore() } = {}) {
  const taker = SnapshotTaker.of(HOURLY, { path, fresh: false, log })!;
  const tasks = new Tasks(partsWith(store, { settings }), log);
  tasks.onCommit((task, { next }) => taker.committed(task, next));
  await tasks.open(0);
  for (let at = from; at < 300; at += 10) await tasks.handle(batch(0, at, at + 10, ['a', 'b']));
  const state = stateOf(tasks.all[0]!);
  await tasks.close();
  taker.close();
  return { state, store };
}

const positions = (path: string): unknown[] => {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare('SELECT next FROM snapshot ORDER BY next').all();
  database.close();
  return rows.map(({ next }) => next);
};

// Seen to fail when a snapshot has the state of another position.
test('whichever snapshot a task begins from, it ends in the same state', async () => {
  const path = place();
  const { state } = await played(path);
  // the first commit of each hour of event time
  expect(positions(path)).toEqual([10, 70, 130, 190, 250]);
  const snapshots = new Snapshots(path);
  for (const minute of [0, 9, 100, 129, 200, 1000]) {
    const store = new SnapshotStore(snapshots, minute * 60_000);
    const task = await Task.open(0, partsWith(store, { settings }));
    const next = task.next ?? 0;
    expect(next).toBe(Math.max(0, ...[10, 70, 130, 190, 250].filter((at) => at - 1 <= minute)));
    task.push(batch(0, next, 300, ['a', 'b']));
    expect(stateOf(task)).toBe(state);
    task.close();
  }
  snapshots.close();
});

test('a run that goes on takes none twice', async () => {
  const path = place();
  const { store } = await played(path);
  const database = new DatabaseSync(path);
  database.exec('DELETE FROM snapshot_row');
  database.close();
  await played(path, { store, from: 300 });
  expect(positions(path)).toEqual([10, 70, 130, 190, 250]);
});

test('one that cannot be taken is told, and the run goes on', async () => {
  const path = place();
  const told: unknown[] = [];
  const log: Log = { ...silentLog, warn: (facts) => void told.push(facts) };
  new Snapshots(path).close();
  const database = new DatabaseSync(path);
  database.exec(
    "CREATE TRIGGER full BEFORE INSERT ON snapshot_row BEGIN SELECT RAISE(ABORT, 'disk full'); END",
  );
  database.close();
  const { state } = await played(path, { log });
  expect(state).toBe((await played(place())).state);
  expect(positions(path)).toEqual([]);
  expect(told).toHaveLength(5);
  expect(told[0]).toMatchObject({ partition: 0, next: 10, error: expect.stringContaining('disk full') });
});
