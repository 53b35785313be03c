import { expect, test } from 'vitest';
import type { DeadLetter } from '../../src/frame.ts';
import type { Points } from '../../src/sink/points.ts';
import type { Commit, Restoring, Store } from '../../src/store/store.ts';

export function readings(series: string, times: readonly number[]): Points {
  return {
    measurement: 'reading',
    length: times.length,
    series: times.map(() => series),
    time: Float64Array.from(times),
    tags: {},
    fields: { value: Float64Array.from(times, (t) => t / 10) },
    offset: Float64Array.from(times),
  };
}

export function commitOf(partial: Partial<Commit>): Commit {
  return {
    partition: 0,
    next: 1,
    rows: [],
    allRows: () => [],
    commands: [],
    partitionSlots: new Uint8Array(16),
    points: [],
    dead: [],
    watermark: 0,
    fingerprint: 'f',
    ...partial,
  };
}

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Takes in what a store kept, and forgets it. */
export const NOWHERE: Restoring = {
  row: () => undefined,
  partition: () => undefined,
  archived: () => undefined,
  forget: () => undefined,
  clear: () => undefined,
};

/** What every store must hold to. `open` opens the same place again each time, as a new process would. */
export function checkStore(name: string, open: (place: string) => Store, place: () => string): void {
  const restoredOf = async (store: Store, partition = 0, fingerprint = 'f') => {
    const rows: (readonly [string, ...number[]] | undefined)[] = [];
    const archived: Record<string, number[]> = {};
    let slots: Uint8Array | null = null;
    const restored = await store.open(partition, fingerprint, {
      row: (birth, series, row) => (rows[birth] = [series, ...row]),
      partition: (kept) => (slots = Uint8Array.from(kept)),
      archived: (series, row) => (archived[series] = [...row]),
      forget(kind, series) {
        if (kind === 'archive') delete archived[series];
        else for (const [birth, row] of rows.entries()) if (row?.[0] === series) rows[birth] = undefined;
      },
      clear() {
        rows.length = 0;
        slots = null;
      },
    });
    return {
      next: restored?.next ?? null,
      slots,
      rows,
      ...(Object.keys(archived).length > 0 && { archived }),
    };
  };

  test(`${name}: a new place knows nothing`, async () => {
    const store = open(place());
    expect(await restoredOf(store)).toEqual({ next: null, slots: null, rows: [] });
    await store.close();
  });

  test(`${name}: rows come back in the order of birth, with their last bytes; partitions are apart`, async () => {
    const where = place();
    const store = open(where);
    await restoredOf(store);
    await store.commit(
      commitOf({
        next: 5,
        partitionSlots: bytes(9, 9),
        rows: [
          { series: 'z', birth: 0, bytes: bytes(1) },
          { series: 'a', birth: 1, bytes: bytes(2) },
        ],
      }),
    );
    await store.commit(
      commitOf({ next: 7, partitionSlots: bytes(8, 8), rows: [{ series: 'z', birth: 0, bytes: bytes(3) }] }),
    );
    await store.commit(
      commitOf({ partition: 1, next: 2, rows: [{ series: 'z', birth: 0, bytes: bytes(7) }] }),
    );
    await store.close();
    const again = open(where);
    expect(await restoredOf(again)).toEqual({
      next: 7,
      slots: bytes(8, 8),
      rows: [
        ['z', 3],
        ['a', 2],
      ],
    });
    expect((await restoredOf(again, 1)).rows).toEqual([['z', 7]]);
    await again.close();
  });

  test(`${name}: rows that leave are not there any more, those that are archived are until they are back`, async () => {
    const where = place();
    const store = open(where);
    await restoredOf(store);
    const nothing = { gone: [], rowBytes: 1, archived: [], returned: [], allArchived: () => [] };
    const row = (series: string, birth: number, byte: number) => ({ series, birth, bytes: bytes(byte) });
    const commit = (next: number, partial: Partial<Commit>): Promise<void> =>
      store.commit(commitOf({ next, ...partial }));
    await commit(1, { rows: [row('a', 0, 1), row('b', 1, 2), row('c', 2, 3)] });
    const archived = [{ series: 'a', bytes: bytes(9) }];
    await commit(2, { evictions: { ...nothing, gone: ['a', 'b'], archived }, rows: [row('d', 3, 4)] });
    const reopened = open(where);
    expect(await restoredOf(reopened)).toMatchObject({
      rows: [undefined, undefined, ['c', 3], ['d', 4]],
      archived: { a: [9] },
    });
    // b is back, and within one commit c has left and is back, too
    await reopened.commit(
      commitOf({
        next: 3,
        evictions: { ...nothing, returned: ['a'] },
        rows: [row('a', 4, 9), row('b', 5, 5), row('c', 6, 6)],
      }),
    );
    const again = await restoredOf(reopened);
    expect(Array.from(again.rows)).toEqual([
      ...Array.from({ length: 3 }),
      ['d', 4],
      ['a', 9],
      ['b', 5],
      ['c', 6],
    ]);
    expect(again).not.toHaveProperty('archived');
    await Promise.all([store.close(), reopened.close()]);
  });

  test(`${name}: state of another fingerprint is refused, and says so`, async () => {
    const where = place();
    const store = open(where);
    await store.commit(commitOf({ fingerprint: 'one' }));
    await expect(restoredOf(store, 0, 'two')).rejects.toMatchObject({ code: 'STATE_MISMATCH' });
    expect((await restoredOf(store, 1, 'two')).next).toBeNull();
    await store.close();
  });

  test(`${name}: a commit that fails leaves nothing of itself`, async () => {
    const where = place();
    const store = open(where);
    await store.commit(commitOf({ next: 1, points: [readings('s', [1])] }));
    function* failing(): Generator<{ series: string; birth: number; bytes: Uint8Array }> {
      yield { series: 'new', birth: 0, bytes: bytes(1) };
      throw new Error('out of rows');
    }
    await expect(store.commit(commitOf({ next: 2, rows: failing() }))).rejects.toThrow('out of rows');
    expect(await restoredOf(store)).toMatchObject({ next: 1, rows: [] });
    await store.commit(commitOf({ next: 3 }));
    expect(await restoredOf(store)).toMatchObject({ next: 3 });
    await store.close();
  });

  test(`${name}: dead letters keep their bytes, null too`, async () => {
    const store = open(place());
    const letter: DeadLetter = {
      offset: 3,
      reason: 'malformed',
      detail: 'why',
      series: '',
      bytes: bytes(0, 255),
    };
    await store.commit(commitOf({ dead: [letter, { ...letter, bytes: null }] }));
    await store.close();
  });

  test(`${name}: whoever opened last owns the place`, async () => {
    const where = place();
    const first = open(where);
    await first.commit(commitOf({ next: 1 }));
    const second = open(where);
    await expect(first.commit(commitOf({ next: 2 }))).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    expect((await restoredOf(second)).next).toBe(1);
    await Promise.all([first.close(), second.close()]);
  });
}
