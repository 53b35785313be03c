import { decimal } from './decimal.ts';

/** Codes by which data say that nothing was observed, as settings give them. */
export type Nulls = readonly (string | number)[];

/**
 * A function that tells whether a value is one of the codes. Numbers, and texts that are numbers, are compared as numbers: -200 also stands
 * for `-200.0`; other texts letter by letter.
 *
 * @example
 * const isNull = nullTest([-200, 'NA']);
 * [isNull('-200.0'), isNull(-200), isNull('NA'), isNull('na')]; // true, true, true, false
 */
export function nullTest(codes: Nulls): (value: unknown) => boolean {
  if (codes.length === 0) return () => false;
  const texts = new Set(codes.map(String));
  const numbers = new Set(codes.map(numberOf).filter((number) => !Number.isNaN(number)));
  return (value) => {
    if (typeof value === 'number') return numbers.has(value);
    return typeof value === 'string' && (texts.has(value) || numbers.has(numberOf(value)));
  };
}

function numberOf(code: string | number): number {
  return typeof code === 'number' ? code : decimal(code);
}
