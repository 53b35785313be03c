/** Raised whenever a table changes. A new one does not: files of before get it when they are opened. */
export const SCHEMA_VERSION = 1;

/**
 * The tables of a run. Times are milliseconds since 1970 (UTC); a forecast's time is its target's. `state`, `position` and the
 * outputs are a function of the input; `meta.owner` and `commits` tell of the run.
 */
export const SCHEMA = `
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS commits (partition INTEGER PRIMARY KEY, commits INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS position (
  partition INTEGER PRIMARY KEY, next INTEGER NOT NULL, watermark INTEGER NOT NULL, slots BLOB NOT NULL,
  fingerprint TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS state (
  partition INTEGER NOT NULL, series TEXT NOT NULL, birth INTEGER NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (partition, series));
CREATE UNIQUE INDEX IF NOT EXISTS state_birth ON state (partition, birth);
CREATE TABLE IF NOT EXISTS reading (
  partition INTEGER NOT NULL, series TEXT NOT NULL, time INTEGER NOT NULL, value REAL NOT NULL,
  PRIMARY KEY (partition, series, time)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forecast (
  partition INTEGER NOT NULL, series TEXT NOT NULL, model TEXT NOT NULL, h INTEGER NOT NULL, time INTEGER NOT NULL,
  yhat REAL NOT NULL, lo REAL, hi REAL,
  PRIMARY KEY (partition, series, model, h, time)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS alert (
  partition INTEGER NOT NULL, series TEXT NOT NULL, time INTEGER NOT NULL, value REAL NOT NULL, expected REAL NOT NULL,
  lo REAL NOT NULL, hi REAL NOT NULL, score REAL NOT NULL,
  PRIMARY KEY (partition, series, time)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS event (
  partition INTEGER NOT NULL, series TEXT NOT NULL, time INTEGER NOT NULL, model TEXT NOT NULL, kind TEXT NOT NULL, h INTEGER NOT NULL,
  value REAL NOT NULL, expected REAL NOT NULL, width REAL,
  PRIMARY KEY (partition, series, time, model, kind, h)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS command (
  partition INTEGER NOT NULL, number INTEGER NOT NULL, before INTEGER NOT NULL, command TEXT NOT NULL,
  PRIMARY KEY (partition, number)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dead_letter (
  id INTEGER PRIMARY KEY, partition INTEGER NOT NULL, offset INTEGER NOT NULL, series TEXT NOT NULL, reason TEXT NOT NULL,
  detail TEXT NOT NULL, bytes BLOB);
CREATE INDEX IF NOT EXISTS dead_letter_place ON dead_letter (partition, offset);
`;
