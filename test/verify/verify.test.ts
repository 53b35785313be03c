import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import anomalyAlerts from '../../pipelines/anomaly-alerts.ts';
import { run } from '../../src/run/run.ts';
import { verify } from '../../src/verify/verify.ts';
import { LENGTH, record, recordFiles, settingsOf } from './recorded.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-verify-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const paths = recordFiles(folder);
const golden = join(folder, 'golden.db');
let count = 0;

beforeAll(() => record(settingsOf(paths, golden)));

/** A copy of the run's store in which something was changed. */
function changed(...sql: readonly string[]): string {
  const path = join(folder, `${count++}.db`);
  copyFileSync(golden, path);
  const database = new DatabaseSync(path);
  for (const each of sql) database.exec(each);
  database.close();
  return path;
}

const verdictOf = (store: string, ...set: readonly string[]) =>
  verify({ pipeline: anomalyAlerts, settings: settingsOf(paths, store, ...set) });

function query(path: string, sql: string): Record<string, number | string> {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare(sql).get() as Record<string, number | string>;
  } finally {
    database.close();
  }
}

describe('from a snapshot', () => {
  const START = Date.UTC(2026, 0, 1);
  const HOUR = 3_600_000;
  const store = join(folder, 'kept.db');
  const settings = settingsOf(paths, store, 'snapshots.every=24h', 'commit.readings=40');
  beforeAll(async () => {
    const running = await run({ pipeline: anomalyAlerts, settings });
    await running.finished;
    await running.stop();
  });
  const since = (hours: number | undefined, path = store) =>
    verify({
      pipeline: anomalyAlerts,
      settings: settingsOf(paths, path, 'snapshots.every=24h', 'commit.readings=40'),
      since: hours === undefined ? undefined : START + hours * HOUR,
    });
  const spoilt = (sql: string): string => {
    const path = join(folder, `${count++}-kept.db`);
    copyFileSync(store, path);
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
    return path;
  };

  // Seen to fail when the dead letters of before are looked at, and when the state of the snapshot is not taken.
  test('less is run again, and the same is said of the end', async () => {
    const [whole, half] = [await since(undefined), await since(400)];
    expect([whole.difference, half.difference]).toEqual([undefined, undefined]);
    expect(half.digests).toEqual(whole.digests);
    expect(half.outputs).toBeGreaterThan(100);
    expect(half.outputs).toBeLessThan(whole.outputs / 2);
    expect((await since(1)).outputs).toBe(whole.outputs);
  });

  test('a difference from there on is found, and one before it is not looked for', async () => {
    const late = spoilt('UPDATE forecast SET yhat = yhat + 1 WHERE time = (SELECT max(time) FROM forecast)');
    expect((await since(400, late)).difference).toMatchObject({
      what: expect.stringMatching(/forecast/),
      column: 'yhat',
    });
    const early = spoilt('UPDATE forecast SET yhat = yhat + 1 WHERE time = (SELECT min(time) FROM forecast)');
    expect((await since(400, early)).difference).toBeUndefined();
    expect((await since(undefined, early)).difference).toMatchObject({ column: 'yhat' });
    const letters = spoilt('DELETE FROM dead_letter WHERE id = (SELECT max(id) FROM dead_letter)');
    expect((await since(400, letters)).difference).toMatchObject({ what: 'dead letter' });
  });
});

describe('a run in SQLite', () => {
  test('is equal to itself, with commands, restarts and two partitions', async () => {
    const before = query(golden, "SELECT value FROM meta WHERE key = 'digest/1'");
    const { difference, outputs, digests } = await verdictOf(golden);
    expect(difference).toBeUndefined();
    expect(digests.map(({ partition, to }) => [partition, to])).toEqual([
      [0, LENGTH],
      [1, LENGTH],
    ]);
    const { state, partition, ...range } = digests[1]!;
    expect([partition, JSON.parse(before['value'] as string)]).toEqual([1, range]);
    expect(state).toMatch(/^[0-9a-f]{64}$/);
    expect(outputs).toBe(digests.reduce((sum, one) => sum + one.outputs, 0));
    for (const table of ['reading', 'forecast', 'anomaly', 'alert', 'dead_letter', 'command'])
      expect([table, query(golden, `SELECT count(*) AS n FROM ${table}`)['n']]).toEqual([
        table,
        expect.toSatisfy((n) => n > 0),
      ]);
  });

  test('is equal without digests too, and where it was stopped in the middle', async () => {
    const path = join(folder, 'half.db');
    await record(settingsOf(paths, path, 'digest=false'), 420);
    expect(await verdictOf(path)).toMatchObject({ difference: undefined, digests: [] });
    // whether they are asked for now is no matter
    expect(await verdictOf(path, 'digest=false')).toMatchObject({ difference: undefined, digests: [] });
  });

  test('changes nothing of the file', async () => {
    const all = 'SELECT group_concat(key || value) AS all_of_it FROM meta';
    const before = query(golden, all);
    await verdictOf(golden);
    expect(query(golden, all)).toEqual(before);
  });

  // Seen to fail where a column is not compared, and where rows too many are not counted.
  const cells = (table: string, columns: readonly string[], keys: readonly string[]) =>
    columns.map((column) => [table, column, keys] as const);
  test.each([
    ...cells('reading', ['value'], ['series', 'time']),
    ...cells('forecast', ['yhat', 'lo', 'hi'], ['series', 'time', 'h']),
    ...cells('anomaly', ['value', 'expected', 'lo', 'hi', 'score'], ['series', 'time']),
    ...cells('alert', ['since', 'score', 'peak'], ['series', 'time', 'state']),
  ])('one cell is another: %s.%s', async (table, column, keys) => {
    const row = query(
      golden,
      `SELECT * FROM ${table} WHERE partition = 1 AND ${column} IS NOT NULL ORDER BY time DESC LIMIT 1`,
    );
    const where = keys.map((key) => `${key} = '${row[key]}'`).join(' AND ');
    const path = changed(
      `UPDATE ${table} SET ${column} = ${column} * (1 + 1e-15) + 1e-300 WHERE partition = 1 AND ${where}`,
    );
    const after = query(path, `SELECT * FROM ${table} WHERE partition = 1 AND ${where}`);
    const { difference } = await verdictOf(path);
    if (after[column] === row[column]) return expect(difference).toBeUndefined();
    return expect(difference).toEqual({
      partition: 1,
      // the passing of time alone may turn an alert
      offset: (table === 'alert'
        ? expect.toBeOneOf([null, expect.any(Number)])
        : expect.any(Number)) as number,
      series: row['series'],
      time: row['time'],
      what: table === 'forecast' ? `forecast h=0${row['h']}` : table,
      column,
      stored: String(after[column]),
      again: String(row[column]),
    });
  });

  test('the first reading that differs is told, by its offset', async () => {
    const path = changed('UPDATE reading SET value = value + 1 WHERE partition = 0 AND time > 1767800000000');
    const { difference } = await verdictOf(path);
    const first = query(
      golden,
      'SELECT min(time) AS time FROM reading WHERE partition = 0 AND time > 1767800000000',
    );
    expect(difference).toMatchObject({ what: 'reading', column: 'value', partition: 0 });
    // of several series the first in the input, which need not be the oldest
    expect(difference!.time!).toBeGreaterThanOrEqual(first['time'] as number);
    expect(difference!.offset).toBeGreaterThan(0);
  });

  test.each(['severity', 'reason', 'labels', 'channel'])('a text is another: alert.%s', async (column) => {
    const { id } = query(golden, 'SELECT max(id) AS id FROM alert');
    const { difference } = await verdictOf(changed(`UPDATE alert SET ${column} = 'x' WHERE id = ${id}`));
    expect(difference).toMatchObject({ what: 'alert', column, stored: '"x"' });
  });

  test.each(['reading', 'forecast', 'anomaly', 'alert'])('a row is gone: %s', async (table) => {
    const { time } = query(golden, `SELECT max(time) AS time FROM ${table} WHERE partition = 0`);
    const { difference } = await verdictOf(
      changed(`DELETE FROM ${table} WHERE partition = 0 AND time = ${time}`),
    );
    expect(difference).toMatchObject({ partition: 0, time, column: '', stored: 'none', again: 'a row' });
    expect(difference!.what).toMatch(table);
  });

  test('a row is there that nothing gives', async () => {
    const path = changed("INSERT INTO reading VALUES (1, 'ghost', 1767800000000, 7)");
    expect((await verdictOf(path)).difference).toEqual({
      partition: 1,
      offset: null,
      series: 'ghost',
      time: 1_767_800_000_000,
      what: 'reading',
      column: '',
      stored: 'a row',
      again: 'none',
    });
  });

  test.each([
    [
      "UPDATE dead_letter SET detail = 'x' WHERE id = 9",
      { what: 'dead letter', column: 'detail', stored: '"x"' },
    ],
    ['UPDATE dead_letter SET bytes = NULL WHERE id = 9', { column: 'bytes', stored: 'nothing' }],
    [
      'DELETE FROM dead_letter WHERE id = (SELECT max(id) FROM dead_letter)',
      { what: 'dead letter', stored: 'none' },
    ],
    [
      "INSERT INTO dead_letter VALUES (NULL, 0, 699, '', 'malformed', 'y', NULL)",
      { what: 'dead letter', offset: 699, again: 'none' },
    ],
  ])('dead letters: %s', async (sql, expected) => {
    expect((await verdictOf(changed(sql))).difference).toMatchObject(expected);
  });

  test('what a sink refused is no concern of it', async () => {
    const path = changed("INSERT INTO dead_letter VALUES (NULL, 0, 3, '', 'rejected', 'y', NULL)");
    expect((await verdictOf(path)).difference).toBeUndefined();
  });

  test('the state is another: the series, the slot, the number', async () => {
    const path = join(folder, 'state.db');
    copyFileSync(golden, path);
    const database = new DatabaseSync(path);
    const { series, bytes } = database
      .prepare('SELECT series, bytes FROM state WHERE partition = 1 AND birth = 2')
      .get() as { series: string; bytes: Uint8Array };
    bytes[3]! ^= 16;
    database.prepare('UPDATE state SET bytes = ? WHERE partition = 1 AND birth = 2').run(bytes);
    database.close();
    const { difference } = await verdictOf(path);
    expect(difference).toMatchObject({ partition: 1, series, what: 'state' });
    expect(difference!.column).toMatch(/^[a-z.]+\[\d+\]$/);
  });

  test('the sums are others', async () => {
    const path = changed(
      `UPDATE meta SET value = replace(value, '"sum":"', '"sum":"0') WHERE key = 'digest/0'`,
    );
    await expect(verdictOf(path)).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
    const zeros = '0'.repeat(64);
    const set = `UPDATE meta SET value = json_set(value, '$.sum', '${zeros}') WHERE key = 'digest/0'`;
    const { difference } = await verdictOf(changed(set));
    expect(difference).toMatchObject({ partition: 0, what: 'digest of the outputs' });
    expect(difference!.stored).toContain(zeros);
  });
});

describe('is refused', () => {
  test('with other settings than the run had', async () => {
    await expect(verdictOf(golden, 'alerts.raise=0.2')).rejects.toMatchObject({ code: 'STATE_MISMATCH' });
  });

  test('without the whole of the input', async () => {
    const short = recordFiles(folder, 500);
    const settings = settingsOf(short, golden);
    await expect(verify({ pipeline: anomalyAlerts, settings })).rejects.toMatchObject({
      code: 'STATE_MISMATCH',
      facts: { expected: `records up to ${LENGTH}`, got: '500' },
    });
  });

  test('where nothing is stored, or there is no file', async () => {
    await expect(verdictOf(join(folder, 'none.db'))).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    const path = changed('DELETE FROM position');
    await expect(verdictOf(path)).rejects.toMatchObject({ code: 'STATE_MISMATCH' });
  });

  test('where sums were switched on in the middle: the state of then is not kept', async () => {
    const path = join(folder, 'late.db');
    await record(settingsOf(paths, path, 'digest=false'), 350);
    const migrate = settingsOf(paths, path, 'store.onMismatch=migrate');
    await record(migrate);
    const { value } = query(path, "SELECT value FROM meta WHERE key = 'digest/0'");
    expect(JSON.parse(value as string)).toMatchObject({ from: 350, before: 350, to: LENGTH });
    await expect(verdictOf(path)).rejects.toMatchObject({
      code: 'STATE_MISMATCH',
      facts: { got: 'sums from position 350 on, after 350 records' },
    });
    // switched off again they are gone, and all of it can be verified
    const off = settingsOf(paths, path, 'store.onMismatch=migrate', 'digest=false');
    await record(off);
  });
});

// Seen to fail when a snapshot gives nothing of what was archived.
describe('where series come and go', () => {
  const EVICTING = [
    'series.evictAfter=12h',
    'series.back=archive',
    'snapshots.every=24h',
    'commit.readings=40',
  ];
  const store = join(folder, 'coming.db');
  beforeAll(async () => {
    const running = await run({ pipeline: anomalyAlerts, settings: settingsOf(paths, store, ...EVICTING) });
    await running.finished;
    await running.stop();
  });

  test('all of it comes again, from the beginning and from a snapshot', async () => {
    const told = query(store, "SELECT count(*) AS evicted FROM event WHERE kind = 'evicted'");
    expect(told['evicted']).toBeGreaterThan(20);
    for (const hours of [undefined, 400]) {
      const since = hours === undefined ? undefined : Date.UTC(2026, 0, 1) + hours * 3_600_000;
      const settings = settingsOf(paths, store, ...EVICTING);
      expect((await verify({ pipeline: anomalyAlerts, settings, since })).difference).toBeUndefined();
    }
  });

  test('another archive is found', async () => {
    const path = join(folder, 'coming-spoilt.db');
    copyFileSync(store, path);
    const database = new DatabaseSync(path);
    database.exec("INSERT INTO archive SELECT partition, 'ghost', bytes FROM state LIMIT 1");
    database.close();
    expect((await verdictOf(path, ...EVICTING)).difference).toMatchObject({ what: 'archived state' });
  });
});
