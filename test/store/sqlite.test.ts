import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Points, WITHDRAWN } from '../../src/sink/points.ts';
import { removeSqlite, SqliteStore } from '../../src/store/sqlite.ts';
import { SqliteHistory } from '../../src/store/sqlite-history.ts';
import { over, told } from '../route/alerts.ts';
import { commitAlerts } from '../route/committed.ts';
import { checkStore, commitOf, readings, NOWHERE } from '../checks/store.ts';
import { events } from '../serve/points.ts';
import { pointsOf } from '../sink/points.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-store-'));
afterAll(() => rmSync(folder, { recursive: true }));
const DAY = 86_400_000;
let count = 0;
const place = (): string => join(folder, `${count++}.db`);
const open = (path: string, retention = 90 * DAY): SqliteStore => new SqliteStore(path, { retention });

/** Of coverage the width of the band, of drift none. */
const withWidth = (block: Points): Points => {
  const width = Float64Array.of(block.tags['h'] === '01' ? NaN : 4);
  return { ...block, fields: { ...block.fields, width } };
};

const forecastAt = (time: number, yhat: number): Points =>
  pointsOf(['yhat', 'lo', 'hi'], [['s', time, yhat, 0, 9]], {
    measurement: 'forecast',
    tags: { model: 'm', h: '01' },
  });
const outside = (time: number, value: number): Points =>
  pointsOf(['score', 'value', 'expected', 'lo', 'hi'], [['s', time, 3, value, 0, 0, 9]], {
    measurement: 'anomaly',
  });
/** As a late reading has revised it. */
const at = (revision: number, block: Points): Points => ({
  ...block,
  fields: { ...block.fields, revision: Float64Array.of(revision) },
});
const gone = (revision: number, block: Points): Points => ({
  ...block,
  fields: { revision: Float64Array.of(revision) },
  labels: WITHDRAWN,
});
/** Forecasts, anomalies and events: time, value, revision. */
const outputs = ({ database }: SqliteStore): unknown[] =>
  database
    .prepare(
      `SELECT 'forecast', time, yhat, revision FROM forecast UNION ALL SELECT 'anomaly', time, value, revision FROM anomaly
       UNION ALL SELECT 'event', time, value, revision FROM event`,
    )
    .all()
    .map((row) => Object.values(row));

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

  test.each([
    [undefined, 2, 1000],
    ['commit', 2, 1000],
    ['checkpoint', 1, 16_384],
  ] as const)('sync: %s waits for the disk as it says', async (sync, synchronous, pages) => {
    const store = new SqliteStore(join(folder, `sync-${sync}.db`), {
      retention: 1e12,
      ...(sync && { sync }),
    });
    expect(store.database.prepare('PRAGMA synchronous').get()).toEqual({ synchronous });
    expect(store.database.prepare('PRAGMA wal_autocheckpoint').get()).toEqual({ wal_autocheckpoint: pages });
    await store.close();
  });

  test('events of one reading stand side by side, and go with the readings', async () => {
    const store = open(place());
    const times = [1, 100 * DAY];
    for (const time of times) {
      const points = [
        readings('s', [time]),
        events('drift-up', '01', ['s', time, 9, 3]),
        events('relearn', '01', ['s', time, 9, 3]),
        events('coverage-low', '06', ['s', time, 0.8, 0.9]),
        events('coverage-low', '12', ['s', time, 0.7, 0.9]),
      ].map((block) => (block.measurement === 'event' ? withWidth(block) : block));
      await store.commit(commitOf({ points, watermark: time }));
    }
    const rows = store.database
      .prepare('SELECT time / 86400000 AS day, kind, h, value, expected, width FROM event')
      .all();
    expect(rows.map((row) => Object.values(row))).toEqual([
      [100, 'coverage-low', 6, 0.8, 0.9, 4],
      [100, 'coverage-low', 12, 0.7, 0.9, 4],
      [100, 'drift-up', 1, 9, 3, null],
      [100, 'relearn', 1, 9, 3, null],
    ]);
    await store.close();
  });

  // Seen to fail when what is raised is not taken over.
  test('a file of schema 1, from before there were events, opens with what it has, and takes events', async () => {
    const path = place();
    const old = open(path);
    await old.commit(commitOf({ next: 9, points: [readings('s', [1])] }));
    old.database.exec(`DROP TABLE event; DROP TABLE alert; ALTER TABLE anomaly RENAME TO alert;
      ALTER TABLE alert DROP COLUMN revision; ALTER TABLE forecast DROP COLUMN revision;
      INSERT INTO alert VALUES (0, 's', 1, 9, 3, 1, 5, 2); UPDATE meta SET value = '1' WHERE key = 'schema'`);
    await old.close();
    const store = open(path);
    expect(await store.open(0, 'f', NOWHERE)).toMatchObject({ next: 9 });
    await store.commit(commitOf({ points: [withWidth(events('drift-up', '01', ['s', 1, 9, 3]))] }));
    expect(new SqliteHistory(store.database).window('s', 0, 9)).toMatchObject({
      readings: { time: [1] },
      anomalies: { time: [1], value: [9], expected: [3], lo: [1], hi: [5], score: [2] },
      events: { time: [1], kind: ['drift-up'], h: ['01'], value: [9], expected: [3] },
    });
    await store.close();
  });

  // Seen to fail without the columns that are added.
  test('a file of schema 2 keeps its alerts, and takes such that tell more', async () => {
    const path = place();
    const old = open(path);
    await commitAlerts(old, [told({ surprise: null, jump: null, flatline: null })]);
    alertsOfSchema4(old);
    for (const column of ['surprise', 'jump', 'flatline', 'novelty', 'nearest', 'nearestTime'])
      old.database.exec(`ALTER TABLE alert DROP COLUMN ${column}`);
    old.database.exec("UPDATE meta SET value = '2' WHERE key = 'schema'");
    await old.close();
    const store = open(path);
    await commitAlerts(store, [over(told({ novelty: 0.7, nearest: 5, nearestTime: 9 }))]);
    expect(
      store.database.prepare('SELECT state, score, novelty, nearest, nearestTime FROM alert').all(),
    ).toEqual([
      { state: 'firing', score: 0.52, novelty: null, nearest: null, nearestTime: null },
      { state: 'resolved', score: 0.52, novelty: 0.7, nearest: 5, nearestTime: 9 },
    ]);
    await store.close();
  });

  // Seen to fail without the columns that are added.
  test('a file of schema 3 keeps its outputs, and takes such as are revised', async () => {
    const path = place();
    const old = open(path);
    const first = [forecastAt(5, 1), outside(5, 2), withWidth(events('drift-up', '01', ['s', 5, 9, 3]))];
    await old.commit(commitOf({ points: first }));
    for (const table of ['forecast', 'anomaly', 'event'])
      old.database.exec(`ALTER TABLE ${table} DROP COLUMN revision`);
    alertsOfSchema4(old);
    old.database.exec("UPDATE meta SET value = '3' WHERE key = 'schema'");
    await old.close();
    const store = open(path);
    expect(outputs(store)).toEqual([
      ['forecast', 5, 1, 0],
      ['anomaly', 5, 2, 0],
      ['event', 5, 9, 0],
    ]);
    await store.commit(commitOf({ next: 2, points: [at(8, forecastAt(5, 10)), at(8, outside(5, 20))] }));
    expect(outputs(store).slice(0, 2)).toEqual([
      ['forecast', 5, 10, 8],
      ['anomaly', 5, 20, 8],
    ]);
    await store.close();
  });

  // Seen to fail where alerts get other numbers.
  test('a file of schema 4 keeps its alerts with their numbers, and takes such as are told again', async () => {
    const path = place();
    const old = open(path);
    const third = told({ since: 60_000, time: 60_000 });
    await commitAlerts(old, [told({}), over(told({})), third]);
    old.database.exec('UPDATE alert SET id = id + 10');
    alertsOfSchema4(old);
    old.database.exec("UPDATE meta SET value = '4' WHERE key = 'schema'");
    await old.close();
    const store = open(path);
    const withdrawn = { ...third, state: 'withdrawn', withdraws: 'firing', revision: 9 } as const;
    await commitAlerts(store, [
      withdrawn,
      { ...withdrawn, revision: 12, isNews: false },
      { ...third, revision: 12 },
    ]);
    const rows = store.database.prepare('SELECT id, state, revision, withdraws, news FROM alert').all();
    expect(rows.map((row) => Object.values(row))).toEqual([
      [11, 'firing', 0, '', 1],
      [12, 'resolved', 0, '', 1],
      [13, 'firing', 0, '', 1],
      [14, 'withdrawn', 9, 'firing', 1],
      [15, 'withdrawn', 12, 'firing', 0],
      [16, 'firing', 12, '', 1],
    ]);
    // of one record
    await commitAlerts(store, [withdrawn]);
    const again = store.database.prepare('SELECT id FROM alert WHERE revision = 9').all();
    expect(again.map(({ id }) => id)).toEqual([17]);
    await store.close();
  });

  test('what a late reading has revised takes the place of what was told, and what it has taken back goes', async () => {
    const store = open(place());
    const drift = (time: number, value: number) => withWidth(events('drift-up', '01', ['s', time, value, 3]));
    await store.commit(
      commitOf({ next: 1, points: [5, 6].flatMap((t) => [forecastAt(t, 1), outside(t, 2), drift(t, 9)]) }),
    );
    const later = [at(4, forecastAt(5, 10)), at(4, outside(7, 20)), at(4, drift(6, 90))];
    const back = [gone(4, outside(5, 2)), gone(4, drift(5, 9)), gone(4, outside(8, 2))];
    await store.commit(commitOf({ next: 2, points: [...later, ...back] }));
    const whole = [
      ['forecast', 5, 10, 4],
      ['forecast', 6, 1, 0],
      ['anomaly', 6, 2, 0],
      ['anomaly', 7, 20, 4],
      ['event', 6, 90, 4],
    ];
    expect(outputs(store)).toEqual(whole);
    // what is told at first is still told once
    await expect(store.commit(commitOf({ next: 3, points: [forecastAt(5, 1)] }))).rejects.toMatchObject({
      code: 'OUTPUT_IDENTITY',
    });
    expect(outputs(store)).toEqual(whole);
    await store.close();
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

/** The table of alerts as a file of schema 4 has it. */
function alertsOfSchema4({ database }: SqliteStore): void {
  database.exec(`ALTER TABLE alert RENAME TO newer;
    CREATE TABLE alert (
      id INTEGER PRIMARY KEY AUTOINCREMENT, partition INTEGER NOT NULL, series TEXT NOT NULL, time INTEGER NOT NULL, state TEXT NOT NULL,
      since INTEGER NOT NULL, severity TEXT NOT NULL, reason TEXT NOT NULL, channel TEXT NOT NULL, muted INTEGER NOT NULL, labels TEXT NOT NULL,
      score REAL NOT NULL, peak REAL NOT NULL, value REAL, expected REAL, lo REAL, hi REAL, surprise REAL, jump REAL, flatline REAL,
      novelty REAL, nearest REAL, nearestTime INTEGER,
      UNIQUE (partition, series, time, state));
    INSERT INTO alert SELECT id, partition, series, time, state, since, severity, reason, channel, muted, labels, score, peak, value, expected, lo, hi,
      surprise, jump, flatline, novelty, nearest, nearestTime FROM newer;
    DROP TABLE newer`);
}
