import { ForetideError } from '../errors.ts';
import { hideSecrets } from '../secret.ts';

/** An error as a person is told of it: what, expected, got, where and what to do, then its code; a stack only of the unforeseen. Without secrets. */
export function toldError(error: unknown): string {
  if (error instanceof ForetideError) return hideSecrets(`\n✖ ${error.message}\n  [${error.code}]\n`);
  return hideSecrets(`\n✖ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
