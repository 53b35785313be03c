import { DatabaseSync } from 'node:sqlite';
import type { StateRow } from '../store/store.ts';

/**
 * Rows of series that have left a Memory and may come back: on disk, in a temporary file of SQLite that goes with the process, so that they take no
 * memory to speak of. What is durable of them is the store's, as of all rows; this is where they can be reached at once.
 *
 * Changes since the last commit are one transaction: `rollback()` takes them back.
 */
export class EvictedRows {
  #database: DatabaseSync | undefined;
  #sql: ReturnType<typeof prepare> | undefined;
  /** Series of which something was put in or taken out since the last commit, in that order. */
  readonly #changed = new Set<string>();

  /** The row of a series; undefined where none is kept. The bytes are a copy. */
  find(series: string): Uint8Array | undefined {
    return (this.#sql?.find.get(series) as { readonly bytes: Uint8Array } | undefined)?.bytes;
  }

  put(series: string, bytes: Uint8Array): void {
    this.#change(series).put.run(series, bytes);
  }

  remove(series: string): void {
    this.#change(series).remove.run(series);
  }

  /** Series that have come since the last commit, or come again, each with its row. */
  *added(): Generator<StateRow> {
    for (const series of this.#changed) {
      const bytes = this.find(series);
      if (bytes) yield { series, bytes };
    }
  }

  /** Series that something was kept of since the last commit, and nothing is any more. */
  removed(): readonly string[] {
    return [...this.#changed].filter((series) => !this.find(series));
  }

  /** All rows, in the order of the bytes of their names. */
  *all(): Generator<StateRow> {
    // a statement of its own: whoever reads may read on while others do
    const rows = this.#database?.prepare('SELECT series, bytes FROM evicted ORDER BY series').iterate() ?? [];
    for (const row of rows as Iterable<unknown>) yield row as StateRow;
  }

  committed(): void {
    this.#end('COMMIT');
  }

  rollback(): void {
    this.#end('ROLLBACK');
  }

  /** Forgets all, and gives the file back. */
  release(): void {
    this.#changed.clear();
    this.#database?.close();
    this.#database = undefined;
    this.#sql = undefined;
  }

  #change(series: string): ReturnType<typeof prepare> {
    const sql = this.#opened();
    if (!this.#database!.isTransaction) this.#database!.exec('BEGIN');
    this.#changed.add(series);
    return sql;
  }

  #end(how: 'COMMIT' | 'ROLLBACK'): void {
    if (this.#database?.isTransaction) this.#database.exec(how);
    this.#changed.clear();
  }

  #opened(): ReturnType<typeof prepare> {
    if (this.#sql) return this.#sql;
    // a database without a name is a temporary file: https://www.sqlite.org/inmemorydb.html#temp_db
    this.#database = new DatabaseSync('');
    this.#database.exec(`PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;
      CREATE TABLE evicted (series TEXT PRIMARY KEY, bytes BLOB NOT NULL)`);
    this.#sql = prepare(this.#database);
    return this.#sql;
  }
}

function prepare(database: DatabaseSync) {
  return {
    find: database.prepare('SELECT bytes FROM evicted WHERE series = ?'),
    put: database.prepare('INSERT OR REPLACE INTO evicted VALUES (?, ?)'),
    remove: database.prepare('DELETE FROM evicted WHERE series = ?'),
  };
}
