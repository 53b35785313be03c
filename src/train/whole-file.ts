import { constants } from 'node:fs';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ForetideError } from '../errors.ts';

/**
 * Puts a file in its place as a whole: whoever reads it, also after a crash, finds all of it or what was there before.
 *
 * @throws ForetideError FILE_UNWRITABLE
 */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const beside = `${path}.${process.pid}.new`;
  try {
    const file = await open(beside, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true }).catch(() => undefined);
    throw unwritable(path, cause);
  }
}

/**
 * Looks whether `writeWhole` may succeed, before hours of work.
 *
 * @throws ForetideError FILE_UNWRITABLE
 */
export async function writable(path: string): Promise<void> {
  try {
    await access(dirname(resolve(path)), constants.W_OK);
    if ((await stat(path).catch(() => undefined))?.isDirectory()) throw new Error('it is a folder');
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

function unwritable(where: string, cause: unknown): ForetideError {
  return new ForetideError('FILE_UNWRITABLE', {
    what: 'Cannot write the file',
    got: cause instanceof Error ? cause.message : String(cause),
    where,
    todo: 'Check that its folder is there, ours to write to, and not full.',
    canRetry: true,
    cause,
  });
}
