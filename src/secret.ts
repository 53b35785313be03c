import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ForetideError } from './errors.ts';

/** Where a secret is: never the secret itself, so that settings may be shown, logged and committed. */
export const SecretSettings = z.union([
  z.strictObject({ env: z.string().min(1).describe('Name of the environment variable that holds it') }),
  z.strictObject({ file: z.string().min(1).describe('Path of the file that holds it') }),
]);
export type SecretSettings = z.output<typeof SecretSettings>;

/** Shorter ones would hide what is none. */
const LEAST_HIDDEN = 6;

/** Secrets that this process has read, each as it is and as it stands in JSON. */
const known = new Set<string>();

/**
 * Reads a secret from where the settings say it is; `hideSecrets` knows it from then on. Line breaks at the end of a file do not belong to it.
 *
 * @throws ForetideError SECRET_MISSING where the variable is not set, the file cannot be read, or there is nothing in it.
 */
export async function readSecret(secret: SecretSettings): Promise<string> {
  const value = await readUserName(secret);
  for (const part of [value, ...pathOf(value)])
    if (part.length >= LEAST_HIDDEN) known.add(part).add(JSON.stringify(part).slice(1, -1));
  return value;
}

/** What is secret of an address that is a secret, as a server may name it by itself: what follows the host. */
function pathOf(value: string): readonly string[] {
  const url = /^https?:/.test(value) ? URL.parse(value) : null;
  return url ? [`${url.pathname}${url.search}`, url.pathname] : [];
}

/**
 * A text without the secrets that this process has read, for messages: a server may say again what it was sent.
 *
 * @example
 * hideSecrets('403 invalid token t0p-s3cret'); // '403 invalid token …'
 */
export function hideSecrets(text: string): string {
  let hidden = text;
  for (const secret of known) if (hidden.includes(secret)) hidden = hidden.replaceAll(secret, '…');
  return hidden;
}

/**
 * Reads what is kept like a secret and is a name, which messages may have in them.
 *
 * @throws as `readSecret` does
 */
export async function readUserName(secret: SecretSettings): Promise<string> {
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
