import { ForetideError } from '../errors.ts';

/** An error as a person is told of it: what, expected, got, where and what to do, then its code; a stack only of the unforeseen. */
export function toldError(error: unknown): string {
  if (error instanceof ForetideError) return `\n✖ ${error.message}\n  [${error.code}]\n`;
  return `\n✖ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}
