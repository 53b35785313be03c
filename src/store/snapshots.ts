import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { Duration } from '../duration.ts';
import { ForetideError } from '../errors.ts';
import type { Restoring, StateRow } from './store.ts';
import { makeOwnFolder } from './own-folder.ts';

export const SnapshotSettings = z
  .strictObject({
    every: z
      .union([z.literal('off'), Duration])
      .prefault('off')
      .describe(
        "Event time between two snapshots of a partition's state, from which replays, inspections and rewinds begin; off: none, they begin at the beginning",
      ),
    keep: z.int().min(1).default(24).describe('Snapshots of a partition that are kept, the newest'),
    path: z
      .string()
      .min(1)
      .optional()
      .describe(
        'File that they lie in; default: that of the store, of one in Kafka .foretide/<pipeline>.snapshots.db',
      ),
  })
  .prefault({});
export type SnapshotSettings = z.output<typeof SnapshotSettings>;

/** The state of a partition as of a position. */
export interface Snapshot {
  readonly partition: number;
  /** The offset to go on from. */
  readonly next: number;
  /** Newest event time of the partition, ms: the state knows nothing later. */
  readonly watermark: number;
  /** Commands that have taken effect in it. */
  readonly commands: number;
}

/** What is to be kept as one. */
export interface SnapshotOf extends Snapshot {
  readonly fingerprint: string;
  readonly slots: Uint8Array;
  readonly rows: Iterable<StateRow & { readonly birth: number }>;
  /** Rows of series that have left and are kept. */
  readonly archived: Iterable<StateRow>;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS snapshot (
  partition INTEGER NOT NULL, next INTEGER NOT NULL, watermark REAL NOT NULL, commands INTEGER NOT NULL, fingerprint TEXT NOT NULL,
  slots BLOB NOT NULL,
  PRIMARY KEY (partition, next)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshot_row (
  partition INTEGER NOT NULL, next INTEGER NOT NULL, birth INTEGER NOT NULL, series TEXT NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (partition, next, birth)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshot_archive (
  partition INTEGER NOT NULL, next INTEGER NOT NULL, series TEXT NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (partition, next, series));
`;
/** Longest wait for another process of the group, ms: this one waits too. */
const LOCK_WAIT = 2000;

/**
 * Snapshots of states by their positions, in a SQLite file. They are no part of a commit: one that is missing makes a way longer, and one that
 * is there is the state that was committed at its position.
 */
export class Snapshots {
  readonly #database: DatabaseSync;
  readonly #sql: ReturnType<typeof prepare>;

  /** @throws ForetideError STORE_FAILED */
  constructor(path: string) {
    try {
      makeOwnFolder(path);
      this.#database = new DatabaseSync(path, { timeout: LOCK_WAIT });
      this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; ${SCHEMA}`);
      this.#sql = prepare(this.#database);
    } catch (cause) {
      throw new ForetideError('STORE_FAILED', {
        what: 'Cannot open the file of snapshots',
        got: cause instanceof Error ? cause.message : String(cause),
        where: path,
        todo: 'Name a file that this user may write to with snapshots.path.',
        cause,
      });
    }
  }

  /**
   * Keeps a state, and of its partition so many in all. Those of later positions are of a course that was given up, and go.
   *
   * @throws the error of SQLite; nothing has changed then
   */
  take(snapshot: SnapshotOf, keep: number): void {
    const { partition, next, watermark, commands, fingerprint, slots, rows, archived } = snapshot;
    const sql = this.#sql;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      sql.forget.run(partition, next);
      sql.forgetRows.run(partition, next);
      sql.forgetArchive.run(partition, next);
      sql.add.run(partition, next, watermark, commands, fingerprint, slots);
      for (const { birth, series, bytes } of rows) sql.addRow.run(partition, next, birth, series, bytes);
      for (const { series, bytes } of archived) sql.archive.run(partition, next, series, bytes);
      const oldest = sql.oldest.get(partition, keep - 1) as { next: number } | undefined;
      if (oldest) {
        sql.prune.run(partition, oldest.next);
        sql.pruneRows.run(partition, oldest.next);
        sql.pruneArchive.run(partition, oldest.next);
      }
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * The newest of a partition that knows nothing later than `time`; undefined where there is none of this fingerprint.
   *
   * @param fingerprint or its beginning
   * @param next the position that it does not stand behind
   */
  before(
    partition: number,
    fingerprint: string,
    time = Infinity,
    next = Number.MAX_SAFE_INTEGER,
  ): Snapshot | undefined {
    return this.#sql.before.get(partition, fingerprint, fingerprint, time, next) as Snapshot | undefined;
  }

  /** Partitions that have any. */
  partitions(): readonly number[] {
    return this.#sql.partitions.all().map(({ partition }) => Number(partition));
  }

  /** Takes a snapshot into an empty Memory. */
  restore({ partition, next }: Snapshot, into: Restoring): void {
    for (const row of this.#sql.rows.iterate(partition, next) as Iterable<unknown>) {
      const { birth, series, bytes } = row as StateRow & { readonly birth: number };
      into.row(birth, series, bytes);
    }
    for (const row of this.#sql.archived.iterate(partition, next) as Iterable<unknown>) {
      const { series, bytes } = row as StateRow;
      into.archived(series, bytes);
    }
    const { slots } = this.#sql.slots.get(partition, next) as { slots: Uint8Array };
    into.partition(slots);
  }

  /** Forgets all. */
  clear(): void {
    this.#database.exec('DELETE FROM snapshot; DELETE FROM snapshot_row; DELETE FROM snapshot_archive');
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function prepare(db: DatabaseSync) {
  return {
    add: db.prepare('INSERT INTO snapshot VALUES (?, ?, ?, ?, ?, ?)'),
    addRow: db.prepare('INSERT INTO snapshot_row VALUES (?, ?, ?, ?, ?)'),
    forget: db.prepare('DELETE FROM snapshot WHERE partition = ? AND next >= ?'),
    archive: db.prepare('INSERT INTO snapshot_archive VALUES (?, ?, ?, ?)'),
    archived: db.prepare('SELECT series, bytes FROM snapshot_archive WHERE partition = ? AND next = ?'),
    forgetArchive: db.prepare('DELETE FROM snapshot_archive WHERE partition = ? AND next >= ?'),
    pruneArchive: db.prepare('DELETE FROM snapshot_archive WHERE partition = ? AND next < ?'),
    forgetRows: db.prepare('DELETE FROM snapshot_row WHERE partition = ? AND next >= ?'),
    oldest: db.prepare('SELECT next FROM snapshot WHERE partition = ? ORDER BY next DESC LIMIT 1 OFFSET ?'),
    prune: db.prepare('DELETE FROM snapshot WHERE partition = ? AND next < ?'),
    pruneRows: db.prepare('DELETE FROM snapshot_row WHERE partition = ? AND next < ?'),
    before: db.prepare(
      `SELECT partition, next, watermark, commands FROM snapshot
      WHERE partition = ? AND substr(fingerprint, 1, length(?)) = ? AND watermark <= ? AND next <= ?
      ORDER BY next DESC LIMIT 1`,
    ),
    partitions: db.prepare('SELECT DISTINCT partition FROM snapshot ORDER BY partition'),
    slots: db.prepare('SELECT slots FROM snapshot WHERE partition = ? AND next = ?'),
    rows: db.prepare(
      'SELECT birth, series, bytes FROM snapshot_row WHERE partition = ? AND next = ? ORDER BY birth',
    ),
  };
}
