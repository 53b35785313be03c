import { InvalidArgumentError } from 'commander';

/** An option's argument that is a whole number of at least 1. */
export function wholeNumber(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number of at least 1');
}
