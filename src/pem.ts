import { readFile } from 'node:fs/promises';
import { ForetideError } from './errors.ts';

/**
 * A certificate or a key as its file has it.
 *
 * @param where the setting that names it
 * @throws ForetideError FILE_UNREADABLE
 */
export async function readPem(path: string, where: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new ForetideError('FILE_UNREADABLE', {
      what: `Cannot read ${path}`,
      where,
      todo: 'Give the path of a PEM file that this user may read',
      cause,
    });
  }
}
