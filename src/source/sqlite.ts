import { DatabaseSync } from 'node:sqlite';
import { ForetideError } from '../errors.ts';
import { matches } from '../glob.ts';
import { SCHEMA_VERSION } from '../store/sqlite-schema.ts';
import { ArchivePlayer } from './archive-player.ts';
import { readable } from './file-path.ts';
import type { Source, SourceHandler, SourcePlace } from './source.ts';
import { partitionsOf, SqliteArchive } from './sqlite-archive.ts';
import type { SqliteArchiveSettings } from './sqlite-settings.ts';

/** SQLite's code for a file that is something else: https://www.sqlite.org/rescode.html#notadb */
const NOT_A_DATABASE = 26;
/** SQLite's code for a file that is damaged or not whole: https://www.sqlite.org/rescode.html#corrupt */
const DAMAGED = 11;
/** How long a read waits for a writer that has the whole file for a moment, ms. */
const PATIENCE = 10_000;

/**
 * The readings of an earlier run, from its SQLite file.
 *
 * 1. Its partitions are this source's; within one, readings come by time and then by series, and offsets count them from 0.
 * 2. The file is only read, a stretch at a time: another process may be writing to it. What it adds after the newest reading that is there
 *    at the start is not read; what it adds before that, of the series that are there, may be.
 * 3. A restart finds its place by counting: it needs the same settings, and that nothing was added or removed before that place.
 *
 * @example
 * const settings = SqliteArchiveSettings.parse({ path: '.foretide/live-forecast.db', from: '2026-01-01' });
 * await new SqliteSource(settings).run(handler, AbortSignal.timeout(60_000));
 */
export class SqliteSource implements Source {
  readonly name: string;
  readonly #settings: SqliteArchiveSettings;
  readonly #player = new ArchivePlayer();

  constructor(settings: SqliteArchiveSettings) {
    this.name = `sqlite ${settings.path}`;
    this.#settings = settings;
  }

  async check(): Promise<readonly string[]> {
    const { series } = this.#settings;
    return this.#open(async (archives) => {
      const extents = await Promise.all(archives.map((archive) => archive.extent()));
      const times = extents.flatMap((extent) => (extent ? [extent.first, extent.last] : []));
      const found = new Set(archives.flatMap((archive) => archive.series));
      const missing = series?.filter((pattern) => ![...found].some((name) => matches(pattern, name))) ?? [];
      const span =
        times.length > 0 ? `from ${iso(Math.min(...times))} to ${iso(Math.max(...times))}` : 'no readings';
      return [
        `${this.name}: ${found.size} series in ${archives.length} partition${archives.length === 1 ? '' : 's'}, ${span}`,
        ...missing.map((name) => `${this.name}: warning: no readings of series ${name}`),
      ];
    });
  }

  begins(places: ReadonlyMap<number, SourcePlace>): void {
    this.#player.begins(places);
  }

  progress(): number {
    return this.#player.progress();
  }

  /** @throws ForetideError FILE_UNREADABLE, FILE_FORMAT, STATE_MISMATCH, STORE_FAILED; any error of the handler */
  async run(handler: SourceHandler, stop: AbortSignal): Promise<void> {
    await this.#open((archives) => this.#player.run(archives, handler, stop));
  }

  /** Opens the file for as long as it is used. */
  async #open<T>(use: (archives: readonly SqliteArchive[]) => Promise<T>): Promise<T> {
    const { path } = this.#settings;
    await readable(path, 'input.path');
    let database: DatabaseSync | undefined;
    try {
      database = new DatabaseSync(path, { readOnly: true, timeout: PATIENCE });
      mustBeOfRun(database, path);
      const open = database;
      return await use(
        partitionsOf(open).map((partition) => new SqliteArchive(open, partition, this.#settings)),
      );
    } catch (error) {
      throw isOfSqlite(error) ? unreadable(path, error) : error;
    } finally {
      if (database?.isOpen) database.close();
    }
  }
}

/** @throws ForetideError FILE_FORMAT, STATE_MISMATCH */
function mustBeOfRun(database: DatabaseSync, path: string): void {
  const tables = database
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('meta', 'reading')")
    .all();
  if (tables.length < 2) {
    throw new ForetideError('FILE_FORMAT', {
      what: 'The SQLite file is not of a run of Foretide',
      expected: 'tables meta and reading',
      where: path,
      todo: 'Check input.path: it is the store.path of an earlier run.',
    });
  }
  const row = database.prepare("SELECT value FROM meta WHERE key = 'schema'").get() as
    { value: string } | undefined;
  const version = Number(row?.value);
  if (Number.isInteger(version) && version >= 1 && version <= SCHEMA_VERSION) return; // in all of them `reading` is the same
  throw new ForetideError('STATE_MISMATCH', {
    what: 'The SQLite file was written by another version of Foretide',
    expected: `schema 1 to ${SCHEMA_VERSION}`,
    got: `schema ${row?.value ?? '(none)'}`,
    where: path,
    todo: 'Read it with the version that wrote it.',
  });
}

function isOfSqlite(error: unknown): error is Error & { readonly errcode: number } {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';
}

function unreadable(path: string, cause: Error & { readonly errcode: number }): ForetideError {
  const facts = { got: cause.message, where: path, cause };
  switch (cause.errcode & 0xff) {
    case NOT_A_DATABASE:
      return new ForetideError('FILE_FORMAT', {
        ...facts,
        what: 'The file is no SQLite database',
        todo: 'Check input.path: it is the store.path of an earlier run.',
      });
    case DAMAGED:
      return new ForetideError('FILE_FORMAT', {
        ...facts,
        what: 'The SQLite file is damaged, or not whole',
        todo: 'Copy it again, with the -wal file beside it where there is one, while no run writes to it.',
      });
    default:
      return new ForetideError('STORE_FAILED', {
        ...facts,
        what: 'The SQLite file cannot be read',
        todo: 'Check its permissions; its folder must be writable too, for the files that SQLite keeps beside it.',
      });
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
