import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import liveForecast from '../../pipelines/live-forecast.ts';
import { checkedSettings, type Tree } from '../../src/config/load.ts';
import { overlaidBy } from '../../src/config/overlaid.ts';
import type { Pipeline } from '../../src/pipeline.ts';
import { verify } from '../../src/verify/verify.ts';
import { HOUR, LiveRun, rowsOf, START, treeOf, writeReadings } from './live-run.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-candidate-'));
afterAll(() => rmSync(folder, { recursive: true }));
const STEPS = 400;
const path = join(folder, 'readings.ndjson');
writeReadings(path, STEPS);

/** The model that takes over, of the shape of the other: its state could be taken for its own. */
const NEW = { model: { hidden: 2, horizon: 2, name: 'new', seed: 5 } };
/** Records: two a step. */
const [BEGUN, PROMOTED, BACK, END] = [300, 500, 600, 2 * STEPS];

const live: Pipeline = liveForecast;

let count = 0;
const database = (): string => join(folder, `${count++}.db`);
const open: LiveRun[] = [];
afterEach(async () => {
  for (const run of open.splice(0)) await run.close();
});

async function begin(db: string, more: Tree = {}, pipeline = live): Promise<LiveRun> {
  const run = await LiveRun.open(treeOf(path, db, more), pipeline);
  open.push(run);
  return run;
}

async function end(run: LiveRun): Promise<void> {
  open.splice(open.indexOf(run), 1);
  await run.close();
}

/** A run of one model from the first record to the last. */
async function undisturbed(more: Tree = {}): Promise<string> {
  const db = database();
  const run = await begin(db, more);
  await run.feed(END, 50);
  await end(run);
  return db;
}

/** What the alerts of all series are, as they were told. */
function alertsOf({ tasks }: LiveRun): readonly number[] {
  const { memory } = tasks.all[0]!;
  return memory.rows.flatMap((row) =>
    Object.entries(memory.numbers(row)).flatMap(([slot, numbers]) =>
      slot.startsWith('alert') ? numbers : [],
    ),
  );
}

async function running({ candidates }: LiveRun): Promise<void> {
  await expect.poll(() => candidates.status()?.partitions[0]?.state, { timeout: 20_000 }).toBe('running');
}

/** Forecasts that were issued with the readings of these steps, without what says which model they are of. */
const forecasts = (db: string, from: number, to: number): readonly string[] =>
  rowsOf(
    db,
    `SELECT series, h, time, yhat, lo, hi FROM forecast WHERE time - h * ${HOUR} >= ${START + (from / 2) * HOUR}
     AND time - h * ${HOUR} < ${START + (to / 2) * HOUR} ORDER BY series, h, time`,
  );
/** Where a run of such settings differs from what it stored; undefined: nowhere. */
async function verified(db: string, more: Tree = {}, pipeline = live) {
  const tree = treeOf(path, db, more);
  const settings = checkedSettings(pipeline.settings, tree);
  const { difference } = await verify({ pipeline, settings, overlaid: overlaidBy(pipeline, tree) });
  return difference;
}
const READINGS = 'SELECT * FROM reading ORDER BY series, time';

describe('a candidate', () => {
  // Seen to fail when the store is not told to write the whole state, and when the state goes over as it is.
  test('takes over without a lost or doubled output: from then on all is as if it had always run', async () => {
    const db = database();
    const run = await begin(db);
    await run.feed(BEGUN);
    await run.candidates.begin(NEW);
    await running(run);
    await run.feed(PROMOTED);
    const { scores, rule } = run.candidates.status()!;
    expect(scores.map(({ h, n }) => [h, n])).toEqual([
      ['01', PROMOTED - BEGUN - 2],
      ['02', PROMOTED - BEGUN - 4],
    ]);
    expect(rule).toMatchObject({ by: 'hand', readings: PROMOTED - BEGUN - 2, holds: false });
    await run.candidates.promote();
    expect(run.candidates.status()).toBeUndefined();
    await run.feed(END);
    await end(run);
    const [old, young] = [await undisturbed(), await undisturbed(NEW)];
    expect(forecasts(db, 0, PROMOTED)).toEqual(forecasts(old, 0, PROMOTED));
    expect(forecasts(db, PROMOTED, END)).toEqual(forecasts(young, PROMOTED, END));
    expect(forecasts(old, PROMOTED, END)).not.toEqual(forecasts(young, PROMOTED, END));
    expect(rowsOf(db, READINGS)).toEqual(rowsOf(old, READINGS));
    expect(
      rowsOf(db, 'SELECT model, count(*) AS n FROM forecast GROUP BY model ORDER BY model'),
    ).toHaveLength(2);
  });

  test('is kept as a command, and a restart with the settings of before goes on with it', async () => {
    const db = database();
    const run = await begin(db);
    await run.feed(BEGUN);
    const before = run.tasks.all[0]!.fingerprint;
    const { fingerprint } = await run.candidates.begin(NEW);
    await running(run);
    await run.feed(PROMOTED);
    await run.candidates.promote();
    const at = run.position;
    await end(run);
    const [command] = rowsOf(db, 'SELECT number, before, command FROM command').map(
      (row) => JSON.parse(row) as { number: number; before: number; command: string },
    );
    expect(command).toMatchObject({ number: 1, before: at });
    expect(JSON.parse(command!.command)).toEqual({
      kind: 'promote',
      over: NEW,
      fingerprint,
      replaces: before,
      begin: { offset: null, commands: 0, with: 'nothing' },
    });
    const again = await begin(db);
    expect(again.tasks.all[0]).toMatchObject({ fingerprint, model: { name: 'new' } });
    await again.feed(END);
    await end(again);
    expect(forecasts(db, PROMOTED, END)).toEqual(forecasts(await undisturbed(NEW), PROMOTED, END));
    // the settings themselves may say so, too
    const own = await begin(db, NEW);
    expect(own.tasks.all[0]!.fingerprint).toBe(fingerprint);
  });

  test('that has taken over is taken back: all is then as if it had never been', async () => {
    const db = database();
    const run = await begin(db);
    await run.feed(BEGUN);
    await run.candidates.begin(NEW);
    await running(run);
    await run.candidates.promote();
    await run.feed(PROMOTED);
    await end(run);
    const again = await begin(db);
    await again.feed(BACK);
    expect(await again.candidates.rollback()).toEqual([0]);
    expect(again.tasks.all[0]!.model.name).toBe('old');
    await again.feed(END);
    await end(again);
    const [old, young] = [await undisturbed(), await undisturbed(NEW)];
    expect(forecasts(db, BEGUN, BACK)).toEqual(forecasts(young, BEGUN, BACK));
    expect(forecasts(db, BACK, END)).toEqual(forecasts(old, BACK, END));
    expect(rowsOf(db, READINGS)).toEqual(rowsOf(old, READINGS));
    // and a start with its settings needs no word of it
    const last = await begin(db);
    expect(last.tasks.all[0]!.meaning.promoted).toBeUndefined();
  });

  // Seen to fail when the snapshot goes over as it lies, h and C with it.
  test('that begins at a snapshot is as a restart there with store.onMismatch: migrate', async () => {
    const db = database();
    const run = await begin(db, { snapshots: { every: '24h' }, candidate: { burnIn: '48h' } });
    await run.feed(BEGUN, 20);
    await run.candidates.begin(NEW);
    await running(run);
    const { from } = run.candidates.status()!.partitions[0]!;
    const at = run.before(from!);
    expect(at).toBeGreaterThan(0);
    await run.feed(PROMOTED);
    await run.candidates.promote();
    await run.feed(END);
    await end(run);
    const other = database();
    const before = await begin(other);
    await before.feed(at, 20);
    await end(before);
    const store = { path: other, retention: '3650d', onMismatch: 'migrate' };
    const after = await begin(other, { ...NEW, store });
    await after.feed(END);
    await end(after);
    expect(forecasts(db, PROMOTED, END)).toEqual(forecasts(other, PROMOTED, END));
    expect(await verified(db)).toBeUndefined();
  });

  // Seen to fail when the second task begins a record late, when it does not take in what came while it burnt in, and when it takes commands in twice.
  test.each<[string, Tree, Pipeline]>([
    ['forecasts', {}, live],
    ['with sums', { digest: true }, live],
    ['alerts', { novelty: { warmUp: 50 } }, anomalyAlerts],
  ])('is verified, through promotions and a rollback: %s', async (_, more, pipeline) => {
    const db = database();
    const run = await begin(db, more, pipeline);
    await run.feed(100);
    await run.tasks.command(0, { kind: 'tick', time: START + 60 * HOUR });
    await run.feed(BEGUN);
    await run.candidates.begin(NEW);
    await running(run);
    await run.feed(BEGUN + 40);
    await run.tasks.command(0, { kind: 'mute', series: 'a', until: START });
    await run.candidates.promote();
    expect(await verified(db, more, pipeline)).toBeUndefined();
    await run.feed(PROMOTED);
    expect(await verified(db, more, pipeline)).toBeUndefined();
    // this one would hardly tell anybody of anything
    const alerts = pipeline === live ? {} : { alerts: { raise: 1, critical: 1 } };
    await run.candidates.begin({ ...NEW, ...alerts, forecast: { store: [1, 2], level: 0.8 } });
    await running(run);
    await run.feed(PROMOTED + 1);
    const [counts, told] = [run.tasks.all[0]!.account(), alertsOf(run)];
    await run.candidates.promote();
    // what people were told, and what was counted, stays
    expect([run.tasks.all[0]!.account(), alertsOf(run)]).toEqual([counts, told]);
    expect(told.some(Boolean)).toBe(pipeline !== live);
    await run.feed(BACK);
    // readings come while its history is taken in
    const back = run.candidates.rollback();
    await run.feed(BACK + 30, 1);
    expect(await back).toEqual([0]);
    expect(await verified(db, more, pipeline)).toBeUndefined();
    await end(run);
    // and a wrong one is found
    const broken = new DatabaseSync(db);
    broken.exec(
      "UPDATE forecast SET yhat = yhat + 1 WHERE time = (SELECT max(time) FROM forecast WHERE model = 'new')",
    );
    broken.close();
    expect(await verified(db, more, pipeline)).toMatchObject({
      what: expect.stringContaining('forecast') as string,
    });
  });

  test('takes over by the rule as soon as that holds, and not before', async () => {
    const db = database();
    const promote = { by: 'rule', after: 100, better: 0 };
    const run = await begin(db, {
      candidate: { promote },
      model: { hidden: 2, horizon: 2, name: 'old', seed: 9 },
    });
    await run.feed(BEGUN);
    await run.candidates.begin(NEW);
    await running(run);
    await run.feed(BEGUN + 90);
    expect(run.candidates.status()!.rule.holds).toBe(false);
    const { ratio } = run.candidates.status()!.rule;
    await run.feed(PROMOTED);
    await expect.poll(() => run.tasks.all[0]!.model.name).toBe(ratio! <= 1 ? 'new' : 'old');
  });

  test('does not touch what runs: outputs are those of a run without one, and it may fail', async () => {
    const db = database();
    const run = await begin(db);
    await run.feed(BEGUN);
    await run.candidates.begin(NEW);
    await running(run);
    await run.feed(PROMOTED);
    await run.candidates.drop();
    await run.feed(END);
    await end(run);
    const old = await undisturbed();
    expect(forecasts(db, 0, END)).toEqual(forecasts(old, 0, END));
    const state = 'SELECT series, birth, hex(bytes) AS bytes FROM state ORDER BY birth';
    expect(rowsOf(db, state)).toEqual(rowsOf(old, state));
  });

  test.each<[string, Tree, object]>([
    ['what runs already', {}, { code: 'COMMAND_REFUSED' }],
    ['where outputs go', { ...NEW, output: { kind: 'none' } }, { code: 'COMMAND_REFUSED' }],
    ['how often is committed', { ...NEW, commit: { every: '1s' } }, { code: 'COMMAND_REFUSED' }],
    ['another grid', { align: { every: '2h', aggregate: 'mean' } }, { code: 'STATE_MISMATCH' }],
    ['a model that is not there', { model: { file: 'none.safetensors' } }, { code: 'FILE_UNREADABLE' }],
    ['a setting that is none', { modle: {} }, { code: 'SETTINGS_INVALID' }],
  ])('is refused: %s', async (_, over, expected) => {
    const run = await begin(database());
    await run.feed(20);
    await expect(run.candidates.begin(over)).rejects.toMatchObject(expected);
    expect(run.candidates.status()).toBeUndefined();
    await expect(run.candidates.promote()).rejects.toMatchObject({ code: 'COMMAND_REFUSED' });
    await expect(run.candidates.rollback()).rejects.toMatchObject({ code: 'COMMAND_REFUSED' });
  });
});
