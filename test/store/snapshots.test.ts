import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ForetideError } from '../../src/errors.ts';
import { SnapshotStore } from './snapshot-store.ts';
import { type SnapshotOf, Snapshots } from '../../src/store/snapshots.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { commitOf, NOWHERE } from '../checks/store.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-snapshots-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const place = (): string => join(folder, 'made', `${count++}.db`);

function snapshot(next: number, more: Partial<SnapshotOf> = {}): SnapshotOf {
  const rows = ['a', 'b'].map((series, birth) => ({ series, birth, bytes: Uint8Array.of(next, birth) }));
  return {
    partition: 0,
    next,
    watermark: next * 100,
    commands: 0,
    fingerprint: 'f',
    slots: Uint8Array.of(next, 9),
    rows,
    archived: [],
    ...more,
  };
}

async function openedAt(snapshots: Snapshots, time: number, partition = 0) {
  const rows: unknown[] = [];
  const store = new SnapshotStore(snapshots, time);
  const restored = await store.open(partition, 'f', {
    ...NOWHERE,
    row: (birth, series, bytes) => (rows[birth] = [series, ...bytes]),
    partition: (bytes) => rows.push([...bytes]),
  });
  return { restored, rows, begun: store.begun.get(partition)?.next };
}

describe('snapshots', () => {
  test('a partition begins from the newest one that knows nothing later', async () => {
    const snapshots = new Snapshots(place());
    for (const next of [10, 20, 30]) snapshots.take(snapshot(next), 9);
    snapshots.take(snapshot(25, { partition: 1 }), 9);
    snapshots.take(snapshot(28, { partition: 2, fingerprint: 'other' }), 9);
    expect(await openedAt(snapshots, 2999)).toEqual({
      restored: { next: 20, committed: 20, commands: [] },
      rows: [
        ['a', 20, 0],
        ['b', 20, 1],
        [20, 9],
      ],
      begun: 20,
    });
    expect((await openedAt(snapshots, 3000)).begun).toBe(30);
    expect(await openedAt(snapshots, 999)).toEqual({ restored: null, rows: [], begun: undefined });
    expect((await openedAt(snapshots, 9999, 1)).begun).toBe(25);
    expect((await openedAt(snapshots, 9999, 2)).restored).toBeNull();
    snapshots.close();
  });

  test('so many are kept of each partition, and none of a course that was given up', async () => {
    const path = place();
    const snapshots = new Snapshots(path);
    snapshots.take(snapshot(5, { partition: 1 }), 2);
    for (const next of [10, 20, 30]) snapshots.take(snapshot(next), 2);
    expect((await openedAt(snapshots, 1999)).begun).toBeUndefined();
    expect((await openedAt(snapshots, 2999)).begun).toBe(20);
    snapshots.take(snapshot(15), 2);
    expect((await openedAt(snapshots, 9999)).begun).toBe(15);
    expect((await openedAt(snapshots, 9999, 1)).begun).toBe(5);
    snapshots.close();
    const again = new Snapshots(path);
    expect((await openedAt(again, 9999)).rows).toHaveLength(3);
    again.clear();
    expect((await openedAt(again, 9999)).begun).toBeUndefined();
    again.close();
  });

  test('one that could not be written whole is not there', async () => {
    const snapshots = new Snapshots(place());
    snapshots.take(snapshot(10), 9);
    function* broken() {
      yield { series: 'a', birth: 0, bytes: Uint8Array.of(1) };
      throw new Error('no more');
    }
    expect(() => snapshots.take(snapshot(20, { rows: broken() }), 9)).toThrow('no more');
    expect((await openedAt(snapshots, 9999)).begun).toBe(10);
    snapshots.take(snapshot(30), 9);
    snapshots.close();
  });

  test('lie beside a store in its file', async () => {
    const path = place();
    const snapshots = new Snapshots(path);
    const store = new SqliteStore(path, { retention: 1e12 });
    await store.commit(commitOf({ next: 9 }));
    snapshots.take(snapshot(9), 9);
    expect(await store.open(0, 'f', NOWHERE)).toMatchObject({ next: 9 });
    snapshots.close();
    await store.close();
  });

  test('a place that cannot be written to is told', () => {
    expect(() => new Snapshots(join(folder, 'made'))).toThrow(ForetideError);
  });
});

test('what is archived of series that have left is part of a snapshot', () => {
  const snapshots = new Snapshots(place());
  const archived = [{ series: 'gone', bytes: Uint8Array.of(7) }];
  snapshots.take(snapshot(1, { archived }), 2);
  snapshots.take(snapshot(2), 2);
  const archivedAt = (time: number): [string, number][] => {
    const found: [string, number][] = [];
    const into = {
      ...NOWHERE,
      archived: (series: string, bytes: Uint8Array) => void found.push([series, bytes[0]!]),
    };
    snapshots.restore(snapshots.before(0, 'f', time)!, into);
    return found;
  };
  expect([archivedAt(100), archivedAt(200)]).toEqual([[['gone', 7]], []]);
  snapshots.close();
});
