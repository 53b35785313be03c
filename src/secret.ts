import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ForetideError } from './errors.ts';

/** Where a secret is: never the secret itself, so that settings may be shown, logged and committed. */
export const SecretSettings = z.union([
  z.strictObject({ env: z.string().min(1).describe('Name of the environment variable that holds it') }),
  z.strictObject({ file: z.string().min(1).describe('Path of the file that holds it') }),
]);
export type SecretSettings = z.output<typeof SecretSettings>;

/**
 * Reads a secret from where the settings say it is. Line breaks at the end of a file do not belong to it.
 *
 * @throws ForetideError SECRET_MISSING where the variable is not set, the file cannot be read, or there is nothing in it.
 */
export async function readSecret(secret: SecretSettings): Promise<string> {
  if ('env' in secret) {
    const value = process.env[secret.env];
    if (value) return value;
    throw new ForetideError('SECRET_MISSING', {
      what: `The environment variable ${secret.env} is ${value === undefined ? 'not set' : 'empty'}`,
      todo: 'Set it, or name another place in the settings: { env: NAME } or { file: PATH }',
    });
  }
  const value = await readFile(secret.file, 'utf8').catch((cause: unknown) => {
    throw new ForetideError('SECRET_MISSING', {
      what: 'The file that should hold a secret cannot be read',
      where: secret.file,
      todo: 'Give the path of a file that this user may read',
      cause,
    });
  });
  const text = value.replace(/[\r\n]+$/, '');
  if (text !== '') return text;
  throw new ForetideError('SECRET_MISSING', {
    what: 'The file that should hold a secret is empty',
    where: secret.file,
  });
}
