import { ForetideError } from '../errors.ts';
import { hideSecrets } from '../secret.ts';
import { visible } from '../visible.ts';

/** An error as a person is told of it: what, expected, got, where and what to do, then its code; a stack only of the unforeseen. Without secrets. */
export function toldError(error: unknown): string {
  if (error instanceof ForetideError) return told(`${error.message}\n  [${error.code}]`);
  return told(error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** What a server or a record says is among it: neither a secret nor a command of the terminal. */
function told(text: string): string {
  return visible(hideSecrets(`\n✖ ${text}\n`));
}
