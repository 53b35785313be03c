import { access, constants, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ForetideError } from '../errors.ts';

const BUNDLED = 'bundled:';
const RECORDINGS = new URL('../../pipelines/recordings/', import.meta.url);

/** Where a file of the settings lies: a path, or a recording that comes with the package. */
export function filePath(path: string): string {
  return path.startsWith(BUNDLED) ? fileURLToPath(new URL(path.slice(BUNDLED.length), RECORDINGS)) : path;
}

/**
 * @param setting the one that names the file, for the message
 * @throws ForetideError FILE_UNREADABLE where it is not there, not ours to read, a folder, a pipe or a device.
 */
export async function readable(path: string, setting = 'input.paths'): Promise<void> {
  try {
    await access(filePath(path), constants.R_OK);
    const found = await stat(filePath(path));
    if (found.isDirectory()) throw new Error('a folder');
    // a pipe gives its bytes once, and whoever opens it again waits for ever
    if (!found.isFile()) throw new Error('no file that can be read more than once');
  } catch (cause) {
    throw new ForetideError('FILE_UNREADABLE', {
      what: 'Cannot read the file',
      got: cause instanceof Error ? cause.message : String(cause),
      where: path,
      todo: `Check ${setting}.`,
      cause,
    });
  }
}
