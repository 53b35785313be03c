import { existsSync } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ForetideError } from '../errors.ts';

/**
 * Whether a SQLite file could be opened for a run, without opening it: that would take it away from a run that uses it.
 *
 * @throws ForetideError STORE_FAILED where it could not be written.
 */
export async function checkSqlite(path: string): Promise<string> {
  const exists = existsSync(path);
  let place = resolve(path);
  while (!existsSync(place)) place = dirname(place);
  try {
    await access(place, constants.W_OK);
  } catch (cause) {
    throw new ForetideError('STORE_FAILED', {
      what: 'The SQLite file cannot be written',
      got: cause instanceof Error ? cause.message : String(cause),
      where: path,
      todo: 'Set store.path to a place that this user may write to.',
      cause,
    });
  }
  return exists
    ? `sqlite ${path}: ${(await stat(path)).size} bytes, goes on from there`
    : `sqlite ${path}: will be made`;
}
