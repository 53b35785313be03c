import { delay, EMPTY, map, type Observable, type OperatorFunction } from 'rxjs';
import { describe, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { accountSlot } from '../../src/account.ts';
import type { Frame } from '../../src/frame.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { Task, type TaskParts } from '../../src/run/task.ts';
import { seededRandom } from '../../src/model/random.ts';
import { anomalyPoints, eventPoints, forecastPoints, readingPoints } from '../../src/sink/frame-points.ts';
import type { Batch } from '../../src/source/source.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import type { Commit, Store } from '../../src/store/store.ts';
import { dump } from '../checks/dump.ts';
import { messyStream } from '../checks/stream.ts';
import { batchOf, liveStages } from '../checks/topology.ts';
import { Memory } from '../../src/memory/memory.ts';
import { OneCommit } from '../testing/one-commit.ts';
import { partsWith, settingsWith } from './parts.ts';

/** The live stages as a pipeline; `wrap` may spoil its topology. */
export function partsFor(
  store: Store,
  wrap: OperatorFunction<Frame, Frame> = map((frame) => frame),
): TaskParts {
  const { decoder, model, settings } = liveStages(new Memory());
  const pipeline = {
    name: 'test',
    topology: (_: unknown, { memory }: { memory: Memory }) => {
      const { stages } = liveStages(memory);
      return (source: Observable<Batch>) => source.pipe(stages, wrap as never);
    },
    records: (frame: never) => [
      readingPoints(frame),
      ...forecastPoints(frame, model, settings),
      anomalyPoints(frame),
      ...eventPoints(frame, model),
    ],
  } as unknown as Pipeline;
  return {
    pipeline,
    settings: {
      maxStateBytes: 1e9,
      input: { decode: {} },
      commands: {},
      series: { evictAfter: 'off' },
    } as never,
    decoder,
    model,
    store,
    sink: undefined,
    deadLetters: undefined,
    stop: new AbortController().signal,
  };
}

const sqlite = (): SqliteStore => new SqliteStore(':memory:', { retention: 1e15 });
/** From the 2,500th on far noisier than before: that is an event. */
const records = messyStream(3, 4000).map((record, i) => {
  if (i < 2500 || record.value === null) return record;
  const wilder = (_: string, v: string): string => `"v":${Number(v) + ((i * 7919) % 101)}`;
  return { ...record, value: Buffer.from(record.value.toString().replace(/"v":([-\d.]+)/g, wilder)) };
});

/** Given before the record of this offset. */
const TICK_AT = 2000;
const TICK = { kind: 'tick', time: 4e12 } as const;

async function undisturbed() {
  const store = sqlite();
  const task = await Task.open(0, partsFor(store));
  task.push(batchOf(records.slice(0, TICK_AT)));
  task.command(TICK);
  task.push(batchOf(records.slice(TICK_AT)));
  await task.commit();
  return dump(store.database);
}

describe('invariant 3: rows, position and outputs become durable together', () => {
  // Seen to fail when rollback leaves the rows as they are, and when the position is written in a transaction of its own.
  test('commits that fail, before or after they took effect, change nothing of the end', async () => {
    const expected = await undisturbed();
    const { alert: _, ...others } = expected; // no stage of these gives any
    expect(Object.values(others).every(({ rows }) => rows > 0)).toBe(true);
    for (const seed of [1, 2, 3, 4]) {
      const random = seededRandom(seed);
      const store = sqlite();
      const unreliable: Store = {
        name: 'unreliable',
        open: (...args) => store.open(...args),
        close: () => store.close(),
        async commit(commit: Commit) {
          const fate = random();
          if (fate < 0.3) throw new Error('failed before');
          await store.commit(commit);
          if (fate < 0.5) throw new Error('failed after: nobody knows');
        },
      };
      let task = await Task.open(0, partsFor(unreliable));
      let failures = 0;
      let at = 0;
      while (at < records.length) {
        if (at === TICK_AT && task.clock < TICK.time) task.command(TICK);
        const most = at < TICK_AT ? TICK_AT : records.length;
        const end = Math.min(most, at + 1 + Math.floor(random() * 60));
        task.push(batchOf(records.slice(at, end)));
        at = end;
        if (random() < 0.5 && at < records.length) continue;
        try {
          await task.commit();
        } catch {
          failures++;
          // what a new process would do: only the store knows
          task.close();
          task = await Task.open(0, partsFor(unreliable));
          at = task.next ?? 0;
        }
      }
      expect(failures).toBeGreaterThan(3);
      expect(dump(store.database)).toEqual(expected);
      task.close();
    }
  });

  test('after a failed commit the same task can go on from its committed position', async () => {
    const expected = await undisturbed();
    const store = sqlite();
    let fail = true;
    const parts = partsFor({
      name: 'failing every other',
      open: (...args) => store.open(...args),
      close: () => store.close(),
      commit: (commit) => {
        fail = !fail;
        return fail ? Promise.reject(new Error('no')) : store.commit(commit);
      },
    });
    const task = await Task.open(0, parts);
    for (let at = 0; at < records.length;) {
      if (at === TICK_AT) task.command(TICK);
      task.push(batchOf(records.slice(at, at + 50)));
      await task.commit().catch(() => undefined);
      at = task.next ?? 0;
    }
    expect(dump(store.database)).toEqual(expected);
    task.close();
  });
});

describe('task', () => {
  test('a throw of a stage rolls back, and the task takes the next batch', async () => {
    const store = sqlite();
    let poison = true;
    const task = await Task.open(
      0,
      partsFor(
        store,
        map((frame) => {
          if (poison && frame.offset[0]! >= 100) throw new Error('a stage broke');
          return frame;
        }),
      ),
    );
    task.push(batchOf(records.slice(0, 90)));
    await task.commit();
    expect(() => task.push(batchOf(records.slice(90, 200)))).toThrow('a stage broke');
    expect([task.next, task.isDirty]).toEqual([90, false]);
    poison = false;
    task.push(batchOf(records.slice(90, TICK_AT)));
    task.command(TICK);
    task.push(batchOf(records.slice(TICK_AT)));
    await task.commit();
    expect(dump(store.database)).toEqual(await undisturbed());
    task.close();
  });

  test.each([
    ['swallows', () => EMPTY],
    ['delays', delay<Frame>(0)],
    ['repeats', (source: never) => map((frame: Frame) => frame)(source)],
  ] as const)('a stage that %s frames is a named error', async (kind, operator) => {
    const store = sqlite();
    const doubled: OperatorFunction<Frame, Frame> = map((frame) => ({
      ...frame,
      records: frame.records * 2,
    }));
    const task = await Task.open(0, partsFor(store, kind === 'repeats' ? doubled : operator));
    expect(() => task.push(batchOf(records.slice(0, 10)))).toThrow(
      expect.objectContaining({ code: 'TOPOLOGY_NOT_SYNCHRONOUS' }),
    );
    task.close();
  });

  test('an account that does not balance is never committed', async () => {
    const store = sqlite();
    const task = await Task.open(0, partsFor(store));
    task.push(batchOf(records.slice(0, 10)));
    const slot = accountSlot(task.memory);
    task.memory.view().f64[slot.at(0)] = 999;
    await expect(task.commit()).rejects.toMatchObject({ code: 'ACCOUNT_UNBALANCED' });
    expect(dump(store.database).reading.rows).toBe(0);
    task.close();
  });

  test('what is committed can be written while the arena grows for other partitions', async () => {
    const seen: Uint8Array[][] = [];
    const store: Store = {
      name: 'slow',
      open: () => Promise.resolve(null),
      commit: async ({ partitionSlots, allRows }) => {
        const bytes = (): Uint8Array => Buffer.concat([...allRows()].map((row) => row.bytes));
        seen.push([partitionSlots.slice(), bytes()]);
        await Promise.resolve();
        const { arena } = task.memory;
        const { buffer } = arena.memory;
        while (arena.memory.buffer === buffer) arena.take(1 << 20);
        seen.push([partitionSlots, bytes()]);
      },
      close: () => Promise.resolve(),
    };
    const task = await Task.open(0, partsFor(store));
    task.push(batchOf(records.slice(0, 10)));
    await task.commit();
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[0]!.map(({ length }) => length > 0)).toEqual([true, true]);
    task.close();
  });

  test('nothing to commit is no commit', async () => {
    const task = await Task.open(0, partsFor(sqlite()));
    expect(await task.commit()).toBeUndefined();
    task.close();
  });
});

test('a pipeline that would never give a series up, and is set to, is refused', async () => {
  const settings = settingsWith('series.evictAfter=1d');
  const keeping = {
    ...liveForecast,
    topology: (given: typeof settings, parts: Parameters<typeof liveForecast.topology>[1]) =>
      liveForecast.topology({ ...given, series: { evictAfter: 'off', back: 'clean' } }, parts),
  } as unknown as Pipeline;
  await expect(
    Task.open(0, partsWith(new OneCommit(), { settings, pipeline: keeping })),
  ).rejects.toMatchObject({ code: 'PIPELINE_INVALID' });
});
