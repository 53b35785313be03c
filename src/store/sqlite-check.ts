import { existsSync, statSync } from 'node:fs';
import { access, constants, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ForetideError } from '../errors.ts';

/** How every SQLite file begins. */
const MAGIC = 'SQLite format 3\0';

/**
 * Whether a SQLite file could be opened for a run, without opening it: that would take it away from a run that uses it.
 *
 * @throws ForetideError STORE_FAILED where it could not be written, or is something else.
 */
export async function checkSqlite(path: string): Promise<string> {
  const whole = resolve(path);
  const exists = path !== ':memory:' && existsSync(whole);
  try {
    if (!exists) {
      await writableFolder(dirname(whole));
      return `sqlite ${path}: will be made`;
    }
    await access(whole, constants.W_OK);
    const { size } = statSync(whole);
    if (statSync(whole).isDirectory()) throw new Error('a folder');
    if (size > 0 && (await beginning(whole)) !== MAGIC) throw new Error('a file that is no SQLite database');
    return `sqlite ${path}: ${size} bytes, goes on from there`;
  } catch (cause) {
    throw new ForetideError('STORE_FAILED', {
      what: 'The SQLite file cannot be written',
      got: cause instanceof Error ? cause.message : String(cause),
      where: path,
      todo: 'Set store.path to a place that this user may write to.',
      cause,
    });
  }
}

/** The folder, or the nearest one above it that is there: those below it will be made. */
async function writableFolder(folder: string): Promise<void> {
  let place = folder;
  while (!existsSync(place)) place = dirname(place);
  if (!statSync(place).isDirectory()) throw new Error(`${place} is no folder`);
  await access(place, constants.W_OK);
}

async function beginning(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
