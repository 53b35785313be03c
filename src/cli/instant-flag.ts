import { InvalidArgumentError } from 'commander';
import { Instant } from '../source/instant.ts';

/** A flag that names an instant: ISO 8601 or ms since 1970 in, ms out. */
export function instantFlag(text: string): number {
  const { data, error } = Instant.safeParse(/^-?\d+$/.test(text) ? Number(text) : text);
  if (data !== undefined) return data;
  throw new InvalidArgumentError(`${error.issues[0]!.message}.`);
}
