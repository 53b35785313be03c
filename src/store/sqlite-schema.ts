import type { DatabaseSync } from 'node:sqlite';

/** Raised whenever a table changes. A new one does not: files of before get it when they are opened. */
export const SCHEMA_VERSION = 5;

/**
 * The tables of a run. Times are milliseconds since 1970 (UTC); a forecast's time is its target's. `state`, `position` and the
 * outputs are a function of the input; `meaning` tells what the fingerprints of the positions are made of, `meta.owner` and `commits` of the run. `meta` has the sums over the outputs too, where they are
 * asked for: under `digest/PARTITION`.
 * `archive`: the rows of `state` of series that have left and are kept until they come back.
 * `revision`: offset of the late record that made the row what it is, + 1; 0: it stands as it was told at first.
 * Of alerts all that was told stays, for routes follow it: a row takes the place of those of earlier revisions with its series, since, time and state, and
 * one whose state is `withdrawn` that of those with the state `withdraws`; `news` is 0 where only the turn has moved.
 * `route`: of each route the next alert, by its id, and the oldest that fires; `route_dead`: alerts that its receiver has refused for good.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS commits (partition INTEGER PRIMARY KEY, commits INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS position (
  partition INTEGER PRIMARY KEY, next INTEGER NOT NULL, watermark INTEGER NOT NULL, slots BLOB NOT NULL,
  fingerprint TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS state (
  partition INTEGER NOT NULL, series TEXT NOT NULL, birth INTEGER NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (partition, series));
CREATE TABLE IF NOT EXISTS archive (
  partition INTEGER NOT NULL, series TEXT NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (partition, series));
CREATE TABLE IF NOT EXISTS meaning (fingerprint TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS state_birth ON state (partition, birth);
CREATE TABLE IF NOT EXISTS reading (
  partition INTEGER NOT NULL, series TEXT NOT NULL, time INTEGER NOT NULL, value REAL NOT NULL,
  PRIMARY KEY (partition, series, time)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forecast (
  partition INTEGER NOT NULL, series TEXT NOT NULL, model TEXT NOT NULL, h INTEGER NOT NULL, time INTEGER NOT NULL,
  yhat REAL NOT NULL, lo REAL, hi REAL, revision INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (partition, series, model, h, time)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS anomaly (
  partition INTEGER NOT NULL, series TEXT NOT NULL, time INTEGER NOT NULL, value REAL NOT NULL, expected REAL,
  lo REAL, hi REAL, score REAL NOT NULL, revision INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (partition, series, time)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alert (
  id INTEGER PRIMARY KEY AUTOINCREMENT, partition INTEGER NOT NULL, series TEXT NOT NULL, time INTEGER NOT NULL, state TEXT NOT NULL,
  since INTEGER NOT NULL, severity TEXT NOT NULL, reason TEXT NOT NULL, channel TEXT NOT NULL, muted INTEGER NOT NULL, labels TEXT NOT NULL,
  score REAL NOT NULL, peak REAL NOT NULL, value REAL, expected REAL, lo REAL, hi REAL, surprise REAL, jump REAL, flatline REAL,
  novelty REAL, nearest REAL, nearestTime INTEGER,
  revision INTEGER NOT NULL DEFAULT 0, withdraws TEXT NOT NULL DEFAULT '', news INTEGER NOT NULL DEFAULT 1,
  UNIQUE (partition, series, time, state, since, revision));
CREATE TABLE IF NOT EXISTS route (
  name TEXT PRIMARY KEY, position INTEGER NOT NULL, open INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS route_dead (
  id INTEGER PRIMARY KEY, route TEXT NOT NULL, alert INTEGER NOT NULL, reason TEXT NOT NULL, payload TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS event (
  partition INTEGER NOT NULL, series TEXT NOT NULL, time INTEGER NOT NULL, model TEXT NOT NULL, kind TEXT NOT NULL, h INTEGER NOT NULL,
  value REAL NOT NULL, expected REAL NOT NULL, width REAL, revision INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (partition, series, time, model, kind, h)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS command (
  partition INTEGER NOT NULL, number INTEGER NOT NULL, before INTEGER NOT NULL, command TEXT NOT NULL,
  PRIMARY KEY (partition, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dead_letter (
  id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, offset INTEGER NOT NULL, series TEXT NOT NULL, reason TEXT NOT NULL,
  detail TEXT NOT NULL, bytes BLOB);
CREATE INDEX IF NOT EXISTS dead_letter_place ON dead_letter (partition, offset);
`;

/** Alerts get another key, and keep their numbers: routes know them by these. */
const ALERTS_AWAY = 'ALTER TABLE alert RENAME TO alert_4;';
const ALERTS_BACK = "INSERT INTO alert SELECT *, 0, '', 1 FROM alert_4; DROP TABLE alert_4;";

/** What a file of an earlier schema needs, besides the tables that are new and the column `revision`. */
const CHANGES: Readonly<Record<string, readonly [before: string, after: string]>> = {
  // its table `alert` held the anomalies
  1: [
    'ALTER TABLE alert RENAME TO alert_1;',
    'INSERT INTO anomaly SELECT *, 0 FROM alert_1; DROP TABLE alert_1;',
  ],
  2: [
    ['surprise REAL', 'jump REAL', 'flatline REAL', 'novelty REAL', 'nearest REAL', 'nearestTime INTEGER']
      .map((column) => `ALTER TABLE alert ADD COLUMN ${column};`)
      .join('\n') + ALERTS_AWAY,
    ALERTS_BACK,
  ],
  3: [ALERTS_AWAY, ALERTS_BACK],
  4: [ALERTS_AWAY, ALERTS_BACK],
};

/** Makes the tables that are not there, and takes over what a file of an earlier schema has. */
export function makeTables(database: DatabaseSync): void {
  const changes = CHANGES[versionOf(database) ?? ''];
  if (!changes) {
    database.exec(SCHEMA);
    return;
  }
  const [before, after] = changes;
  database.exec(`BEGIN IMMEDIATE;
    ${addRevision(database)}
    ${before}
    ${SCHEMA}
    ${after}
    UPDATE meta SET value = '${SCHEMA_VERSION}' WHERE key = 'schema';
    COMMIT`);
}

/** The column `revision` for the tables that are there without it. */
function addRevision(database: DatabaseSync): string {
  const columns = database.prepare('SELECT name FROM pragma_table_info(?)');
  return ['forecast', 'anomaly', 'event']
    .map((table) => ({ table, names: columns.all(table).map(({ name }) => name) }))
    .filter(({ names }) => names.length > 0 && !names.includes('revision'))
    .map(({ table }) => `ALTER TABLE ${table} ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;`)
    .join('\n');
}

function versionOf(database: DatabaseSync): string | undefined {
  const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'").get();
  if (!known) return undefined;
  const row = database.prepare("SELECT value FROM meta WHERE key = 'schema'").get() as
    { readonly value: string } | undefined;
  return row?.value;
}
