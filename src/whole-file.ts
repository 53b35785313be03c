import { constants } from 'node:fs';
import { access, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ForetideError } from './errors.ts';

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
 * @param others files that are read, or written too: this one must be none of them
 * @throws ForetideError FILE_UNWRITABLE
 */
export async function writable(path: string, others: readonly string[] = []): Promise<void> {
  try {
    if (/^$|[/\\]$/.test(path)) throw new Error('it has no name');
    await access(dirname(resolve(path)), constants.W_OK);
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory()) throw new Error('it is a folder');
    // a device would be replaced by a file
    if (found && !found.isFile()) throw new Error('it is no file');
  } catch (cause) {
    throw unwritable(path, cause);
  }
  const place = await itself(path);
  for (const other of others) {
    if ((await itself(other)) !== place) continue;
    throw new ForetideError('FILE_UNWRITABLE', {
      what: 'The file would be written over, and serves for something else',
      got: other,
      where: path,
      todo: 'Name another file.',
    });
  }
}

/** The file's place, whatever leads to it. */
async function itself(path: string): Promise<string> {
  const whole = resolve(path);
  return realpath(whole).catch(async () =>
    join(await realpath(dirname(whole)).catch(() => dirname(whole)), basename(whole)),
  );
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
