import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import type { Log } from '../../src/log.ts';
import { silentLog } from '../../src/log.ts';
import { Task } from '../../src/run/task.ts';
import type { Commit } from '../../src/store/store.ts';
import { type SqliteOptions, SqliteStore } from '../../src/store/sqlite.ts';
import { type Dump, dump } from '../checks/dump.ts';
import { batch, partsWith, settingsWith } from '../run/parts.ts';
import { settingsOf } from './meanings.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-migrate-'));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;
const place = (): string => join(folder, `${count++}.db`);
const open = (path: string, options: Partial<SqliteOptions> = {}): SqliteStore =>
  new SqliteStore(path, { retention: 1e12, ...options });

const SERIES = ['a', 'b', 'c'];
/** 100 readings of each series. */
const HALF = 300;

/** Takes readings in from where the store has got to, up to `to`, in commits of 60. */
async function go(
  path: string,
  to: number,
  set: readonly string[],
  options: Partial<SqliteOptions> = {},
): Promise<Task> {
  const store = open(path, options);
  const task = await Task.open(0, partsWith(store, { settings: settingsWith(...set) }));
  for (let from = task.next ?? 0; from < to; from += 60) {
    task.push(batch(0, from, Math.min(to, from + 60), SERIES));
    await task.commit();
  }
  await store.close();
  return task;
}

const MIGRATE = { onMismatch: 'migrate' } as const;

/** Keeps what is said. */
function listening(): Log & { readonly said: { level: string; facts: object; message: string }[] } {
  const said: { level: string; facts: object; message: string }[] = [];
  const say =
    (level: string) =>
    (facts: Readonly<Record<string, unknown>>, message: string): void =>
      void said.push({ level, facts, message });
  return { ...silentLog, said, info: say('info'), warn: say('warn') };
}

describe('state of other settings, in SQLite', () => {
  test.each([
    ['more experts', ['forecast.profile=full']],
    ['fewer experts', [], ['forecast.profile=full']],
    ['another gap limit', ['align.gapLimit=5']],
    ['another step', ['align.every=90s', 'forecast.store=[1, 2]'], ['forecast.store=[1, 2]']],
    ['another model', ['model.seed=2']],
    ['another cell', ['model.cell=gru', 'model.hidden=3']],
    ['weights of all series', ['forecast.weights=partition', 'forecast.profile=full']],
    ['other horizons', ['forecast.horizons=[1, 3, 5]', 'forecast.store=[1, 5]']],
    ['robust scaling', ['scale.method=robust', 'scale.window=20']],
    ['a topic of commands', ['commands.topic=acts']],
    ['no topic of commands', [], ['commands.topic=acts']],
    ['another topic of commands', ['commands.topic=acts.v2'], ['commands.topic=acts']],
  ])('goes on with %s, where it was, and every output is written once', async (_, now, before = []) => {
    const path = place();
    await go(path, HALF, before);
    const task = await go(path, 2 * HALF, now, MIGRATE);
    expect(task.next).toBe(2 * HALF);
    expect(task.account()).toMatchObject({ records: 2 * HALF, used: 2 * HALF, dead: 0 });
    const store = open(path);
    const readings = store.database.prepare('SELECT count(*) AS n FROM reading').get() as { n: number };
    expect(readings.n).toBe(2 * HALF);
    const { n } = store.database.prepare('SELECT count(*) AS n FROM state').get() as { n: number };
    expect(n).toBe(SERIES.length);
    await store.close();
    // it goes on under these settings as any state does, and is refused under those of before
    await go(path, 2 * HALF + 60, now);
    await expect(go(path, 3 * HALF, before)).rejects.toMatchObject({ code: 'STATE_MISMATCH' });
    await expect(go(path, 3 * HALF, before, { onMismatch: 'refuse' })).rejects.toMatchObject({
      code: 'STATE_MISMATCH',
    });
  });

  test('alerts go on with other bounds and another model', async () => {
    const path = place();
    const alerts = async (to: number, ...set: readonly string[]) => {
      const store = open(path, MIGRATE);
      const task = await Task.open(
        0,
        partsWith(store, { pipeline: anomalyAlerts, settings: settingsOf(anomalyAlerts, set) }),
      );
      task.push(batch(0, task.next ?? 0, to, SERIES));
      await task.commit();
      const told = { account: task.account(), state: task.memory.numbers(0) };
      task.close();
      await store.close();
      return told;
    };
    const before = await alerts(HALF, 'alerts.warmUp=10');
    const after = await alerts(2 * HALF, 'alerts.warmUp=10', 'alerts.raise=0.7', 'model.seed=2');
    expect(after.account).toMatchObject({ records: 2 * HALF, used: 2 * HALF });
    const readings = 5; // of the numbers of an alert
    expect([before, after].map(({ state }) => state['alert']![readings])).toEqual([100, 200]);
  });

  test('with a setting that has not come to bear, it goes on as if it had always been so, bit by bit', async () => {
    const [whole, parts] = [place(), place()];
    await go(whole, 2 * HALF, ['align.gapLimit=5']);
    await go(parts, HALF, []);
    await go(parts, 2 * HALF, ['align.gapLimit=5'], MIGRATE);
    expect(dump(parts)).toEqual(dump(whole));
  });

  test('with the same settings nothing is another than without migrate, however often', async () => {
    const [whole, parts] = [place(), place()];
    await go(whole, 2 * HALF, []);
    const log = listening();
    for (const to of [120, HALF, HALF, 2 * HALF]) await go(parts, to, [], { ...MIGRATE, log });
    expect(dump(parts)).toEqual(dump(whole));
    expect(log.said).toEqual([]);
  });

  test('what was late or had come already is so afterwards too', async () => {
    const path = place();
    await go(path, HALF, []);
    const store = open(path, MIGRATE);
    const settings = settingsWith('align.every=30s', 'forecast.profile=full', 'model.seed=2');
    const task = await Task.open(0, partsWith(store, { settings }));
    const { records } = batch(0, HALF - 6, HALF, SERIES);
    const again = records.map((record, i) => ({ ...record, offset: HALF + i }));
    task.push({ partition: 0, records: again, next: HALF + 6 });
    await task.commit();
    expect(task.account()).toMatchObject({ used: HALF, duplicate: 3, late: 3 });
    task.close();
    await store.close();
  });

  test('a commit is due though nothing comes', async () => {
    const path = place();
    await go(path, HALF, []);
    const now = ['align.gapLimit=5'];
    const store = open(path, MIGRATE);
    const task = await Task.open(0, partsWith(store, { settings: settingsWith(...now) }));
    expect([task.isDirty, task.isOverdue]).toEqual([false, true]);
    expect(await task.commit()).toMatchObject({ next: HALF, readings: 0 });
    expect(task.isOverdue).toBe(false);
    expect(await task.commit()).toBeUndefined();
    task.close();
    await store.close();
    expect((await go(path, HALF, now)).next).toBe(HALF);
  });

  test('there and back: what means the same in both goes over twice', async () => {
    const path = place();
    await go(path, HALF, []);
    await go(path, 2 * HALF, ['forecast.profile=full'], MIGRATE);
    const task = await go(path, 3 * HALF, [], MIGRATE);
    expect(task.account().used).toBe(3 * HALF);
    expect(meaningsOf(path)).toBe(1);
  });

  test('readouts that come to a series of before learn', async () => {
    const path = place();
    await go(path, HALF, []);
    const store = open(path, MIGRATE);
    const settings = settingsWith('forecast.profile=full');
    const task = await Task.open(0, partsWith(store, { settings }));
    expect(weightsOf(task, 'readout.short.W')).toBe(0);
    expect(weightsOf(task, 'readout.W')).toBeGreaterThan(0);
    task.push(batch(0, HALF, 2 * HALF, SERIES));
    for (const name of ['short', 'loose', 'both']) {
      expect(weightsOf(task, `readout.${name}.P`)).toBeGreaterThan(0);
      expect(weightsOf(task, `readout.${name}.W`)).toBeGreaterThan(0);
    }
    task.close();
    await store.close();
  });

  test('says once for each partition what goes over, what begins anew and why', async () => {
    const path = place();
    await go(path, HALF, []);
    const log = listening();
    await go(path, HALF, ['align.gapLimit=5'], { ...MIGRATE, log });
    await go(path, 2 * HALF, ['model.seed=2'], { ...MIGRATE, log });
    expect(log.said).toEqual([
      {
        level: 'info',
        facts: expect.objectContaining({ partition: 0, changes: ['align.gapLimit'], anew: [] }) as object,
        message: expect.stringContaining('another align.gapLimit goes on here') as string,
      },
      {
        level: 'warn',
        facts: expect.objectContaining({
          changes: ['model'],
          carried: expect.arrayContaining(['past', 'readout']) as unknown,
          anew: expect.arrayContaining([
            'cell (h and C, weights of the cells that learn): model is another',
            'readout.cell (weights learned on h): it needs cell',
          ]) as unknown,
        }) as object,
        message: expect.stringContaining('begins anew') as string,
      },
    ]);
  });

  test('what cannot go over is refused, and stays as it was', async () => {
    const path = place();
    await go(path, HALF, []);
    const before = dump(path);
    await expect(
      go(path, 2 * HALF, ['input.decode.timeUnit=s', 'align.gapLimit=5'], MIGRATE),
    ).rejects.toMatchObject({
      code: 'STATE_MISMATCH',
      message: expect.stringContaining('input.decode.timeUnit is another') as string,
    });
    expect(dump(path)).toEqual(before);
    await go(path, 2 * HALF, []);
  });

  test('a file of before, that says nothing of what it is made of, is refused until it has been gone on with', async () => {
    const path = place();
    await go(path, HALF, []);
    const old = open(path);
    old.database.exec('DROP TABLE meaning');
    await old.close();
    await expect(go(path, 2 * HALF, ['align.gapLimit=5'], MIGRATE)).rejects.toMatchObject({
      message: expect.stringContaining('without a word of what it is made of') as string,
    });
    await go(path, HALF + 60, []);
    await go(path, 2 * HALF, ['align.gapLimit=5'], MIGRATE);
  });

  test('wherever the first commit breaks, the state of before is whole, and the next attempt gives the same', async () => {
    const now = ['forecast.profile=full'];
    const [whole, path] = [place(), place()];
    for (const one of [whole, path]) await go(one, HALF, []);
    await go(whole, HALF + 60, now, MIGRATE);
    const before: Dump = dump(path);
    for (let rows = 0; rows <= SERIES.length; rows++) {
      const store = open(path, MIGRATE);
      const commit = store.commit.bind(store);
      store.commit = (what: Commit) => commit({ ...what, allRows: () => broken(what, rows) });
      const task = await Task.open(0, partsWith(store, { settings: settingsWith(...now) }));
      task.push(batch(0, HALF, HALF + 60, SERIES));
      await expect(task.commit()).rejects.toThrow('broken');
      task.close();
      await store.close();
      expect(dump(path)).toEqual(before);
    }
    await go(path, HALF, []);
    await go(path, HALF + 60, now, MIGRATE);
    expect(dump(path)).toEqual(dump(whole));
  });

  test('after a commit that failed the same task writes all of it', async () => {
    const path = place();
    await go(path, HALF, []);
    const store = open(path, MIGRATE);
    const settings = settingsWith('forecast.profile=full');
    const task = await Task.open(0, partsWith(store, { settings }));
    const commit = store.commit.bind(store);
    store.commit = (what: Commit) => commit({ ...what, allRows: () => broken(what, 1) });
    task.push(batch(0, HALF, HALF + 10, ['a']));
    await expect(task.commit()).rejects.toThrow('broken');
    store.commit = commit;
    task.push(batch(0, HALF, HALF + 10, ['a']));
    await task.commit();
    const digest = [...task.memory.all()].map(({ bytes }) => Buffer.from(bytes).toString('base64'));
    task.close();
    const again = await Task.open(0, partsWith(store, { settings }));
    expect([...again.memory.all()].map(({ bytes }) => Buffer.from(bytes).toString('base64'))).toEqual(digest);
    again.close();
    await store.close();
  });
});

/** All rows, up to where something breaks. */
function* broken(commit: Commit, rows: number): ReturnType<Commit['allRows']> & Generator {
  let left = rows;
  for (const row of commit.allRows()) {
    if (left-- === 0) throw new Error('broken');
    yield row;
  }
  throw new Error('broken');
}

/** Sum of |numbers| of a slot, over all series. */
function weightsOf({ memory }: Task, name: string): number {
  let sum = 0;
  for (let row = 0; row < memory.length; row++)
    for (const number of memory.numbers(row)[name]!) sum += Math.abs(number);
  return sum;
}

function meaningsOf(path: string): number {
  const store = open(path);
  const { n } = store.database.prepare('SELECT count(*) AS n FROM meaning').get() as { n: number };
  store.database.close();
  return n;
}
