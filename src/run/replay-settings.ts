import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { RunSettings } from '../config/run-settings.ts';
import { ForetideError } from '../errors.ts';
import { removeSqlite } from '../store/sqlite.ts';
import { samePath } from './same-path.ts';
import { type StorePlace, storePlace } from './stores.ts';
import { makeOwnFolder } from '../store/own-folder.ts';

/** Readings between two commits, at least, where more come than one waits for: nobody else has them. */
const COMMITTED = 100_000;

/**
 * The settings of a pipeline, for a replay: history ends where it ends now, all outputs go to a SQLite file of the replay's own, alerts are
 * told to nobody, no snapshot is taken, and no clock ticks but the recorded one.
 *
 * @param into the file; default: .foretide/PIPELINE.replay.db
 * @param now ms since 1970: where a topic ends, unless the settings say
 * @throws ForetideError SETTINGS_INVALID for the file of the live run
 */
export function replaySettings(
  pipeline: string,
  live: RunSettings,
  {
    into = `.foretide/${pipeline}.replay.db`,
    now,
  }: { readonly into?: string | undefined; readonly now: number },
): RunSettings {
  const kept = live.store.path ?? `.foretide/${pipeline}.db`;
  if (samePath(into, kept)) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'A replay may not touch the state of the live run',
      expected: 'a file of its own',
      got: `${into}, which is the live store.path`,
      where: '--into',
      todo: 'Name another file, or leave --into out.',
    });
  }
  return {
    ...withEnd(live, now),
    output: { kind: 'store' },
    deadLetters: { kind: 'store' },
    store: { ...live.store, kind: 'sqlite', path: into, onMismatch: 'refuse', sync: 'checkpoint' },
    commit: { ...live.commit, readings: Math.max(live.commit.readings, COMMITTED) },
    ticks: { every: 'off' },
    snapshots: { ...live.snapshots, every: 'off' },
    // the port of its own is the live run's
    metrics: { ...live.metrics, port: undefined },
    ...('routes' in live && { routes: [] }),
  };
}

/** Settings of a range, with an input that begins where that of the run did: what it begins with is told by positions then. */
export function beginningAs<S extends RunSettings>(settings: S, { input: { from } }: RunSettings): S {
  return { ...settings, input: { ...settings.input, from } as S['input'] };
}

/** The same settings with an input that ends: a topic without an end of its own ends now, ms since 1970. */
export function withEnd(settings: RunSettings, now: number): RunSettings {
  const { input } = settings;
  return input.kind === 'kafka' ? { ...settings, input: { ...input, to: input.to ?? now } } : settings;
}

/**
 * Where the live run keeps what took effect beside its records, of which a replay of the same topic has the offsets; undefined for other
 * inputs.
 *
 * @throws ForetideError SETTINGS_INVALID
 */
export function livePlace(pipeline: string, live: RunSettings): StorePlace | undefined {
  const { input } = live;
  return input.kind === 'kafka'
    ? storePlace(pipeline, { ...live, input: { ...input, to: undefined } })
    : undefined;
}

/**
 * Makes the file of a replay anew. The file says that it is one: nothing else is ever removed.
 *
 * @throws ForetideError SETTINGS_INVALID for a file that is no replay's; STORE_FAILED
 */
export function beginReplayFile(path: string): void {
  try {
    if (existsSync(path) && !isOfReplay(path)) {
      throw new ForetideError('SETTINGS_INVALID', {
        what: 'The file is not of a replay, and a replay begins its file anew',
        expected: 'no file, or that of an earlier replay',
        got: path,
        where: '--into',
        todo: 'Name another file, or remove this one.',
      });
    }
    removeSqlite(path);
    makeOwnFolder(path);
    const database = new DatabaseSync(path);
    database.exec(
      `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID; INSERT INTO meta VALUES ('replay', '1')`,
    );
    database.close();
  } catch (cause) {
    if (cause instanceof ForetideError) throw cause;
    throw new ForetideError('STORE_FAILED', {
      what: 'The file of the replay cannot be made',
      got: cause instanceof Error ? cause.message : String(cause),
      where: path,
      todo: 'Name a place that this user may write to with --into.',
      cause,
    });
  }
}

function isOfReplay(path: string): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { readOnly: true });
    return database.prepare("SELECT 1 FROM meta WHERE key = 'replay'").get() !== undefined;
  } catch {
    return false; // something else than a store
  } finally {
    database?.close();
  }
}
