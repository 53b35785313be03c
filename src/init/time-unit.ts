import { iso8601 } from '../decode/iso8601.ts';
import type { KnownUnit } from './asked.ts';
import type { CellReader } from './cells.ts';

/** Years 1990 to 2100, s since 1970: what a time of somebody's readings may be. No number lies in that range of two units. */
const [EARLIEST, LATEST] = [631_152_000, 4_102_444_800];
const PER_SECOND: readonly (readonly [KnownUnit, number])[] = [
  ['s', 1],
  ['ms', 1e3],
  ['us', 1e6],
  ['ns', 1e9],
];

/** Milliseconds in one of a unit. */
export const MS: Readonly<Record<Exclude<KnownUnit, 'iso'>, number>> = { s: 1000, ms: 1, us: 1e-3, ns: 1e-6 };

/** The unit in which a number is a time of the years 1990 to 2100; undefined where there is none. */
export function unitOf(number: number): Exclude<KnownUnit, 'iso'> | undefined {
  const found = PER_SECOND.find(([, per]) => number >= EARLIEST * per && number < LATEST * per);
  return found?.[0] as Exclude<KnownUnit, 'iso'> | undefined;
}

/** How a cell is a time; undefined where it is none. */
export function timeUnitOf(cell: unknown, { numberOf }: CellReader): KnownUnit | undefined {
  const number = numberOf(cell);
  if (!Number.isNaN(number)) return unitOf(number);
  return typeof cell === 'string' && !Number.isNaN(iso8601(cell)) ? 'iso' : undefined;
}

/** ms since 1970 of a cell, NaN where it is none; numbers as near as a float64 comes. */
export function roughTime(cell: unknown, unit: KnownUnit | 'auto', { numberOf }: CellReader): number {
  const number = numberOf(cell);
  if (unit === 'iso') return typeof cell === 'string' ? iso8601(cell) : NaN;
  return unit === 'auto' ? number : number * MS[unit];
}
