import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { z } from 'zod';
import { Duration } from '../duration.ts';
import { ForetideError } from '../errors.ts';
import type { DeadLetter } from '../frame.ts';
import { type Log, silentLog } from '../log.ts';
import { isWithdrawn, type Points, revisionAt } from '../sink/points.ts';
import type { OnMismatch } from './kafka-settings.ts';
import { meaningText, readMeaning, type StateMeaning } from './meaning.ts';
import { type Migration, migrationOf } from './migrate.ts';
import { outputKey, outputRow } from './sqlite-rows.ts';
import { PromotedError } from './promoted-error.ts';
import { makeTables, SCHEMA_VERSION } from './sqlite-schema.ts';
import type { Commit, Restored, Restoring, StateRow, Store } from './store.ts';
import { tellMigration } from './tell-migration.ts';
import { makeOwnFolder } from './own-folder.ts';

export const SqliteSettings = z.strictObject({
  path: z.string().min(1).optional().describe('sqlite: the file; default: .foretide/<pipeline>.db'),
  retention: Duration.prefault('90d').describe(
    'sqlite: how long readings, forecasts, alerts and events are kept, in event time behind the newest reading',
  ),
  sync: z
    .enum(['commit', 'checkpoint'])
    .default('commit')
    .describe(
      'sqlite: what a loss of power may take back: commit: nothing that was committed; checkpoint: the last commits, which are then done again, for less time at each. A process that is killed loses none either way. A replay goes by checkpoint',
    ),
});

/** How a file is used. */
export interface SqliteOptions {
  /** ms of event time */
  readonly retention: number;
  /** Default: commit. */
  readonly sync?: 'commit' | 'checkpoint';
  /** Default: refuse. `reset` is refused before: outputs of before would be written twice. */
  readonly onMismatch?: OnMismatch;
  readonly log?: Log;
}

const DAY = 86_400_000;
/**
 * Pages of 4 KB that the log may have before they go into the file, where commits need not wait for the disk: rows that change with every commit
 * are written there once for many. https://www.sqlite.org/pragma.html#pragma_synchronous
 */
const LOG_PAGES = 16_384;
/** Old outputs are removed in this many portions of the retention, and at most once a day of event time. */
const PORTIONS = 30;

/**
 * The store of a run without a server: one SQLite file with state, position and outputs, each commit one transaction.
 *
 * 1. The file is fsynced at each commit (WAL, synchronous = FULL), or with `sync: checkpoint` now and then (NORMAL).
 * 2. Whoever opened the file last owns it: a process that lost it fails at its next commit with STORE_LOCKED.
 * 3. Outputs older than the retention are removed in whole portions of days: what is kept depends on the data only.
 * 4. What is said at first is inserted, so that saying anything twice is an error. What a late reading has made of it (`revision`) takes its place.
 * 5. State that was migrated takes the place of what is there with the first commit, whole.
 */
export class SqliteStore implements Store {
  readonly name: string;
  /** For readers (the live page); never written through. */
  readonly database: DatabaseSync;
  readonly #owner = randomUUID();
  readonly #options: SqliteOptions;
  readonly #sql: ReturnType<typeof prepare>;
  /** Partitions whose state was written under another fingerprint than it goes on under. */
  readonly #migrated = new Set<number>();
  /** Of each partition the meaning that is still to be kept. */
  readonly #meanings = new Map<number, StateMeaning>();

  constructor(path: string, options: SqliteOptions) {
    this.name = `sqlite ${path}`;
    this.#options = options;
    try {
      if (path !== ':memory:') makeOwnFolder(path);
      this.database = new DatabaseSync(path, { timeout: 10_000 });
      this.database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536');
      if (options.sync === 'checkpoint')
        this.database.exec(`PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = ${LOG_PAGES}`);
      makeTables(this.database);
    } catch (cause) {
      throw failed(`Cannot open the SQLite file ${path}`, cause);
    }
    this.#sql = prepare(this.database);
    const version = this.#meta('schema');
    if (version !== undefined && version !== String(SCHEMA_VERSION)) {
      throw new ForetideError('STATE_MISMATCH', {
        what: 'The SQLite file was written by another version of Foretide',
        expected: `schema ${SCHEMA_VERSION}`,
        got: `schema ${version}`,
        where: path,
        todo: 'Start with --fresh, or name another file with store.path.',
      });
    }
    this.#sql.setMeta.run('schema', String(SCHEMA_VERSION));
    this.#sql.setMeta.run('owner', this.#owner);
  }

  async open(
    partition: number,
    fingerprint: string,
    into: Restoring,
    meaning?: StateMeaning,
  ): Promise<Restored | null> {
    const known = this.#sql.position.get(partition) as
      { next: number; slots: Uint8Array; fingerprint: string } | undefined;
    this.#migrated.delete(partition);
    if (meaning) this.#meanings.set(partition, meaning);
    if (!known) return null;
    let to = into;
    if (known.fingerprint !== fingerprint) {
      const migration = this.#migration(partition, known.fingerprint, fingerprint, meaning);
      tellMigration(this.#options.log ?? silentLog, partition, migration);
      to = migration.into(into);
      this.#migrated.add(partition);
    }
    for (const row of this.#sql.rows.iterate(partition) as Iterable<unknown>) {
      const { birth, series, bytes } = row as StateRow & { readonly birth: number };
      to.row(birth, series, bytes);
    }
    for (const row of this.#sql.archive.iterate(partition) as Iterable<unknown>) {
      const { series, bytes } = row as StateRow;
      to.archived(series, bytes);
    }
    to.partition(known.slots);
    return { next: known.next, committed: known.next, commands: [] };
  }

  commit(commit: Commit): Promise<void> {
    const { database } = this;
    try {
      database.exec('BEGIN IMMEDIATE');
      try {
        this.#write(commit);
        database.exec('COMMIT');
        this.#migrated.delete(commit.partition);
        this.#meanings.delete(commit.partition);
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    } catch (error) {
      return Promise.reject(
        error instanceof ForetideError ? error : failed(`Cannot commit to ${this.name}`, error),
      );
    }
    return Promise.resolve();
  }

  succeed(partition: number, _fingerprint: string, meaning: StateMeaning): void {
    this.#migrated.add(partition);
    this.#meanings.set(partition, meaning);
  }

  /** What was migrated is not written yet. */
  isOverdue(partition: number): boolean {
    return this.#migrated.has(partition);
  }

  close(): Promise<void> {
    if (this.database.isOpen) this.database.close();
    return Promise.resolve();
  }

  /** @throws ForetideError STATE_MISMATCH where it is not asked for, or not possible */
  #migration(partition: number, from: string, to: string, meaning: StateMeaning | undefined): Migration {
    const where = `${this.name}, partition ${partition}`;
    const isWanted = this.#options.onMismatch === 'migrate';
    const kept = this.#sql.meaning.get(from) as { text: string } | undefined;
    const before = readMeaning(kept?.text);
    if (before?.promoted?.base === to) throw new PromotedError(before.promoted, where);
    if (isWanted && before && meaning) return migrationOf(before, meaning, where);
    throw new ForetideError('STATE_MISMATCH', {
      what: 'The stored state belongs to other settings, another model or another version',
      expected: `fingerprint ${to.slice(0, 12)}`,
      got: `${from.slice(0, 12)}${isWanted && !before ? ', without a word of what it is made of' : ''}`,
      where,
      todo: isWanted
        ? 'Start once with the settings that wrote it: the first commit keeps what is needed. Or start with --fresh to begin anew.'
        : 'Start with the settings that wrote it, with store.onMismatch migrate to carry over what can be, with --fresh to begin anew, or name another file with store.path.',
    });
  }

  #write(commit: Commit): void {
    const { partition, next, partitionSlots, points, dead, commands, watermark, fingerprint, digest } =
      commit;
    if (this.#meta('owner') !== this.#owner) {
      throw new ForetideError('STORE_LOCKED', {
        what: 'Another process has opened this SQLite file and owns it now',
        where: this.name,
        todo: 'Run one process a file, or give each its own store.path.',
      });
    }
    if (digest) this.#sql.setMeta.run(digestKey(partition), JSON.stringify(digest));
    else if (this.#migrated.has(partition)) this.#sql.dropMeta.run(digestKey(partition));
    this.#writeState(commit);
    this.#sql.setPosition.run(partition, next, watermark, partitionSlots, fingerprint);
    this.#sql.count.run(partition);
    const meaning = this.#meanings.get(partition);
    if (meaning) {
      this.#sql.setMeaning.run(fingerprint, meaningText(meaning));
      this.#sql.dropMeanings.run();
    }
    const cutoff = this.#cutoff(watermark);
    for (const block of points) this.#writePoints(partition, block, cutoff);
    for (const letter of dead) this.#writeDead(partition, letter);
    for (const { number, before, command } of commands)
      this.#sql.command.run(partition, number, before, JSON.stringify(command));
  }

  /** What has changed, or where that was migrated all of it in the place of all that is there. */
  #writeState({ partition, rows, allRows, evictions }: Commit): void {
    const isMigrated = this.#migrated.has(partition);
    if (isMigrated) {
      this.#sql.dropRows.run(partition);
      this.#sql.dropArchive.run(partition);
    }
    for (const series of evictions?.gone ?? []) this.#sql.dropRow.run(partition, series);
    for (const { series, birth, bytes } of isMigrated ? allRows() : rows)
      this.#sql.setRow.run(partition, series, birth, bytes);
    for (const series of evictions?.returned ?? []) this.#sql.dropArchived.run(partition, series);
    const archived = isMigrated ? evictions?.allArchived() : evictions?.archived;
    for (const { series, bytes } of archived ?? []) this.#sql.archived.run(partition, series, bytes);
  }

  #writePoints(partition: number, block: Points, cutoff: number): void {
    const { measurement, length, time } = block;
    for (let i = 0; i < length; i++) {
      if (time[i]! < cutoff) continue;
      if (isWithdrawn(block)) this.#sql[WITHDRAWING[measurement]!].run(...outputKey(partition, block, i));
      else {
        const isRevised = revisionAt(block, i) > 0;
        const put = this.#sql[isRevised ? REVISING[measurement]! : measurement];
        put.run(...outputRow(partition, block, i));
      }
    }
  }

  #writeDead(partition: number, { offset, reason, detail, series, bytes }: DeadLetter): void {
    this.#sql.dead.run(partition, offset, series, reason, detail, bytes);
  }

  /** Outputs before this instant are not kept. Removes them when a new day has begun. */
  #cutoff(watermark: number): number {
    const newest = Math.max(Number(this.#meta('newest') ?? -Infinity), watermark);
    const before = Number(this.#meta('cutoff') ?? -Infinity);
    const portion = Math.ceil(this.#options.retention / PORTIONS / DAY) * DAY;
    const cutoff = Math.floor((newest - this.#options.retention) / portion) * portion;
    this.#sql.setMeta.run('newest', String(newest));
    if (cutoff <= before) return before;
    this.#sql.setMeta.run('cutoff', String(cutoff));
    for (const { partition, series } of this.#sql.series.all() as { partition: number; series: string }[]) {
      this.#sql.pruneReading.run(partition, series, cutoff);
      this.#sql.pruneAnomaly.run(partition, series, cutoff);
      this.#sql.pruneEvent.run(partition, series, cutoff);
      for (const { model, h } of this.#sql.horizons.all(partition, series) as {
        model: string;
        h: number;
      }[]) {
        this.#sql.pruneForecast.run(partition, series, model, h, cutoff);
      }
    }
    return cutoff;
  }

  #meta(key: string): string | undefined {
    return (this.#sql.meta.get(key) as { value: string } | undefined)?.value;
  }
}

/** What takes the place of what was told, and what removes it, where that may be revised. */
const REVISING: Partial<
  Record<Points['measurement'], 'reviseForecast' | 'reviseAnomaly' | 'reviseAlert' | 'reviseEvent'>
> = {
  forecast: 'reviseForecast',
  anomaly: 'reviseAnomaly',
  alert: 'reviseAlert', // of the same record only: what was told before stays
  event: 'reviseEvent',
};
const WITHDRAWING: Partial<Record<Points['measurement'], 'dropAnomaly' | 'dropEvent'>> = {
  anomaly: 'dropAnomaly',
  event: 'dropEvent',
};

/** The key in `meta` under which the sums over a partition's outputs lie, as JSON: see `RangeDigest`. */
export function digestKey(partition: number): string {
  return `digest/${partition}`;
}

/** Removes a store's file and what lies beside it. */
export function removeSqlite(path: string): void {
  try {
    for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true });
  } catch (cause) {
    throw failed(`Cannot remove the SQLite file ${path}`, cause);
  }
}

function prepare(db: DatabaseSync) {
  const statements = {
    meta: 'SELECT value FROM meta WHERE key = ?',
    setMeta: 'INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
    dropMeta: 'DELETE FROM meta WHERE key = ?',
    position: 'SELECT next, slots, fingerprint FROM position WHERE partition = ?',
    meaning: 'SELECT text FROM meaning WHERE fingerprint = ?',
    setMeaning: 'INSERT INTO meaning VALUES (?, ?) ON CONFLICT DO NOTHING',
    dropMeanings: 'DELETE FROM meaning WHERE fingerprint NOT IN (SELECT fingerprint FROM position)',
    rows: 'SELECT birth, series, bytes FROM state WHERE partition = ? ORDER BY birth',
    setRow: `INSERT INTO state VALUES (?, ?, ?, ?)
      ON CONFLICT (partition, series) DO UPDATE SET birth = excluded.birth, bytes = excluded.bytes`,
    dropRow: 'DELETE FROM state WHERE partition = ? AND series = ?',
    dropRows: 'DELETE FROM state WHERE partition = ?',
    archive: 'SELECT series, bytes FROM archive WHERE partition = ?',
    archived: 'INSERT OR REPLACE INTO archive VALUES (?, ?, ?)',
    dropArchived: 'DELETE FROM archive WHERE partition = ? AND series = ?',
    dropArchive: 'DELETE FROM archive WHERE partition = ?',
    setPosition: `INSERT INTO position VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET next = excluded.next,
      watermark = excluded.watermark, slots = excluded.slots, fingerprint = excluded.fingerprint`,
    count: 'INSERT INTO commits VALUES (?, 1) ON CONFLICT DO UPDATE SET commits = commits + 1',
    reading: 'INSERT INTO reading VALUES (?, ?, ?, ?)',
    forecast: 'INSERT INTO forecast VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    reviseForecast: 'INSERT OR REPLACE INTO forecast VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    anomaly: 'INSERT INTO anomaly VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    reviseAnomaly: 'INSERT OR REPLACE INTO anomaly VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    dropAnomaly: 'DELETE FROM anomaly WHERE partition = ? AND series = ? AND time = ?',
    alert:
      'INSERT INTO alert VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    reviseAlert:
      'INSERT OR REPLACE INTO alert VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    event: 'INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    reviseEvent: 'INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    dropEvent:
      'DELETE FROM event WHERE partition = ? AND series = ? AND time = ? AND model = ? AND kind = ? AND h = ?',
    dead: 'INSERT INTO dead_letter (partition, offset, series, reason, detail, bytes) VALUES (?, ?, ?, ?, ?, ?)',
    command: 'INSERT INTO command VALUES (?, ?, ?, ?)',
    series: 'SELECT DISTINCT partition, series FROM reading',
    horizons: 'SELECT DISTINCT model, h FROM forecast WHERE partition = ? AND series = ?',
    pruneReading: 'DELETE FROM reading WHERE partition = ? AND series = ? AND time < ?',
    pruneAnomaly: 'DELETE FROM anomaly WHERE partition = ? AND series = ? AND time < ?',
    pruneEvent: 'DELETE FROM event WHERE partition = ? AND series = ? AND time < ?',
    pruneForecast:
      'DELETE FROM forecast WHERE partition = ? AND series = ? AND model = ? AND h = ? AND time < ?',
  };
  return Object.fromEntries(
    Object.entries(statements).map(([name, sql]) => [name, db.prepare(sql)]),
  ) as Record<keyof typeof statements, StatementSync>;
}

function failed(what: string, cause: unknown): ForetideError {
  const got = cause instanceof Error ? cause.message : String(cause);
  return got.startsWith('UNIQUE constraint failed')
    ? new ForetideError('OUTPUT_IDENTITY', { what: `${what}: an output would be written twice`, got, cause })
    : new ForetideError('STORE_FAILED', {
        what,
        got,
        todo: 'Check the path, its permissions and the free space.',
        cause,
      });
}
