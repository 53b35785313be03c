import { DatabaseSync } from 'node:sqlite';
import { ForetideError } from '../errors.ts';
import { makeOwnFolder } from './own-folder.ts';
import type { Restoring, StateRow } from './store.ts';

/** The state of a partition that a promotion has put aside. */
export interface KeptState {
  readonly partition: number;
  /** The offset to go on from. */
  readonly next: number;
  /** Commands that have taken effect in it. */
  readonly commands: number;
  readonly fingerprint: string;
  /** What lay over the settings that the run was given; null: nothing did. */
  readonly over: Readonly<Record<string, unknown>> | null;
}

/** What is to be put aside. */
export interface KeptStateOf extends KeptState {
  readonly slots: Uint8Array;
  readonly rows: Iterable<StateRow & { readonly birth: number }>;
  /** Rows of series that have left and are kept. */
  readonly archived: Iterable<StateRow>;
}

const SCHEMA = `
CREATE TABLE IF NOT EXISTS kept_state (
  partition INTEGER PRIMARY KEY, next INTEGER NOT NULL, commands INTEGER NOT NULL, fingerprint TEXT NOT NULL, over TEXT NOT NULL,
  slots BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS kept_state_row (
  partition INTEGER NOT NULL, birth INTEGER NOT NULL, series TEXT NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (partition, birth)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS kept_state_archive (
  partition INTEGER NOT NULL, series TEXT NOT NULL, bytes BLOB NOT NULL, PRIMARY KEY (partition, series));
`;
/** Longest wait for another process of the group, ms. */
const LOCK_WAIT = 10_000;

/**
 * The states that promotions have put aside, one of each partition: that of before the last one. They lie where the snapshots do, and are on disk before the
 * promotion is, so that it can be taken back.
 */
export class KeptStates {
  readonly #database: DatabaseSync;

  /** @throws ForetideError STORE_FAILED */
  constructor(path: string) {
    try {
      makeOwnFolder(path);
      this.#database = new DatabaseSync(path, { timeout: LOCK_WAIT });
      this.#database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; ${SCHEMA}`);
    } catch (cause) {
      throw failed(path, cause);
    }
  }

  /** Puts a state aside, in place of the one that is there. @throws ForetideError STORE_FAILED; nothing has changed then */
  keep({ partition, next, commands, fingerprint, over, slots, rows, archived }: KeptStateOf): void {
    const db = this.#database;
    try {
      db.exec('BEGIN IMMEDIATE');
      db.prepare('DELETE FROM kept_state WHERE partition = ?').run(partition);
      db.prepare('DELETE FROM kept_state_row WHERE partition = ?').run(partition);
      db.prepare('DELETE FROM kept_state_archive WHERE partition = ?').run(partition);
      db.prepare('INSERT INTO kept_state VALUES (?, ?, ?, ?, ?, ?)').run(
        partition,
        next,
        commands,
        fingerprint,
        JSON.stringify(over),
        slots,
      );
      const add = db.prepare('INSERT INTO kept_state_row VALUES (?, ?, ?, ?)');
      for (const { birth, series, bytes } of rows) add.run(partition, birth, series, bytes);
      const put = db.prepare('INSERT INTO kept_state_archive VALUES (?, ?, ?)');
      for (const { series, bytes } of archived) put.run(partition, series, bytes);
      db.exec('COMMIT');
    } catch (cause) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw failed(`partition ${partition}`, cause);
    }
  }

  /** That of a partition; undefined where there is none. */
  of(partition: number): KeptState | undefined {
    const row = this.#database
      .prepare('SELECT partition, next, commands, fingerprint, over FROM kept_state WHERE partition = ?')
      .get(partition);
    if (!row) return undefined;
    return { ...row, over: JSON.parse(String(row['over'])) as KeptState['over'] } as unknown as KeptState;
  }

  /** Takes the state of a partition into an empty Memory. */
  restore(partition: number, into: Restoring): void {
    const rows = this.#database.prepare(
      'SELECT birth, series, bytes FROM kept_state_row WHERE partition = ? ORDER BY birth',
    );
    for (const row of rows.iterate(partition) as Iterable<unknown>) {
      const { birth, series, bytes } = row as StateRow & { readonly birth: number };
      into.row(birth, series, bytes);
    }
    const kept = this.#database.prepare('SELECT series, bytes FROM kept_state_archive WHERE partition = ?');
    for (const row of kept.iterate(partition) as Iterable<unknown>) {
      const { series, bytes } = row as StateRow;
      into.archived(series, bytes);
    }
    const { slots } = this.#database
      .prepare('SELECT slots FROM kept_state WHERE partition = ?')
      .get(partition) as { slots: Uint8Array };
    into.partition(slots);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }
}

function failed(where: string, cause: unknown): ForetideError {
  return new ForetideError('STORE_FAILED', {
    what: 'The state of before cannot be put aside',
    got: cause instanceof Error ? cause.message : String(cause),
    where,
    todo: 'Name a file that this user may write to with snapshots.path.',
    cause,
  });
}
