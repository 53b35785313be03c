import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { LoggedCommand } from '../command.ts';
import { ForetideError } from '../errors.ts';
import { removeSqlite } from '../store/sqlite.ts';
import { makeOwnFolder } from '../store/own-folder.ts';

/** The key in the table `meta` of the file of a backfill: no other file has it. */
const KEY = 'backfill';

/** What was fixed when a backfill began, and is the same however often it goes on. */
const Beginning = z.object({
  /** What it is: by names that a person knows, each as JSON. */
  meaning: z.record(z.string(), z.string()),
  /** Where a topic ends, ms; null where the settings say, or the source has an end of its own. */
  end: z.number().nullable(),
  /** The commands of the live run that are given again, by partition. */
  commands: z.array(z.tuple([z.number(), z.array(LoggedCommand)])),
  /** The states of before that partitions began with; none: it began from an empty state. */
  begun: z
    .array(
      z.object({
        partition: z.int(),
        /** Position and newest event time, ms, of the first record and before it. */
        next: z.int(),
        watermark: z.number(),
        /** The snapshot that the way there began from; null: where the input begins. */
        snapshot: z.object({ next: z.int(), watermark: z.number() }).nullable(),
      }),
    )
    .default([]),
  /** Whether these states lie in the file. */
  isWhole: z.boolean().default(true),
});
export type BackfillBeginning = Readonly<z.output<typeof Beginning>>;

/**
 * How the backfill began whose file this is; undefined where there is no file yet, or one that a kill has left empty or without the states that it was to begin with.
 *
 * @throws ForetideError SETTINGS_INVALID for a file of something else; STORE_FAILED
 */
export function readBackfillFile(path: string): BackfillBeginning | undefined {
  if (!existsSync(path)) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true, timeout: 10_000 });
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    if (tables.length === 0) return undefined;
    if (!tables.some(({ name }) => name === 'meta')) throw ofSomethingElse(path);
    const row = database.prepare('SELECT value FROM meta WHERE key = ?').get(KEY);
    if (row === undefined) throw ofSomethingElse(path);
    const beginning = Beginning.parse(JSON.parse(String(row['value'])));
    return beginning.isWhole ? beginning : undefined;
  } catch (cause) {
    if (cause instanceof ForetideError) throw cause;
    // https://www.sqlite.org/rescode.html#notadb
    if (cause instanceof Error && 'errcode' in cause && cause.errcode === 26) throw ofSomethingElse(path);
    throw failed(path, cause);
  } finally {
    database?.close();
  }
}

/**
 * Makes the file of a backfill anew. What is there goes: look what it is before.
 *
 * @throws ForetideError STORE_FAILED
 */
export function beginBackfillFile(path: string, beginning: BackfillBeginning): void {
  let database: DatabaseSync | undefined;
  try {
    removeSqlite(path);
    makeOwnFolder(path);
    database = new DatabaseSync(path);
    // one transaction: a kill leaves the whole or nothing
    database.exec(
      'BEGIN IMMEDIATE; CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
    );
    database.prepare('INSERT INTO meta VALUES (?, ?)').run(KEY, JSON.stringify(beginning));
    database.exec('COMMIT');
  } catch (cause) {
    throw cause instanceof ForetideError ? cause : failed(path, cause);
  } finally {
    database?.close();
  }
}

/**
 * The states that a backfill begins with lie in its file.
 *
 * @throws ForetideError STORE_FAILED
 */
export function completeBackfillFile(path: string): void {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database
      .prepare("UPDATE meta SET value = json_set(value, '$.isWhole', json('true')) WHERE key = ?")
      .run(KEY);
  } catch (cause) {
    throw failed(path, cause);
  } finally {
    database?.close();
  }
}

/**
 * Whether what began is what is wanted now.
 *
 * @throws ForetideError SETTINGS_INVALID that says what is not
 */
export function mustBeSameBackfill(
  path: string,
  { meaning: before }: BackfillBeginning,
  now: BackfillBeginning['meaning'],
): void {
  const others = Object.keys(now).filter((name) => now[name] !== before[name]);
  if (others.length === 0) return;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'The file is of another backfill',
    expected: others.map((name) => `${name} ${before[name]}`).join(', '),
    got: others.map((name) => `${name} ${now[name]}`).join(', '),
    where: path,
    todo: 'Go on with what it began with, name another file with --into, or begin anew with --fresh.',
  });
}

function ofSomethingElse(path: string): ForetideError {
  return new ForetideError('SETTINGS_INVALID', {
    what: 'The file is not of a backfill',
    expected: 'no file, or that of an earlier backfill',
    got: path,
    where: '--into',
    todo: 'Name another file, or remove this one.',
  });
}

function failed(path: string, cause: unknown): ForetideError {
  return new ForetideError('STORE_FAILED', {
    what: 'The file of the backfill cannot be made or read',
    got: cause instanceof Error ? cause.message : String(cause),
    where: path,
    todo: 'Name a place that this user may write to with --into.',
    cause,
  });
}
