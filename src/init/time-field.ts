import { shown } from '../decode/shown.ts';
import { ForetideError } from '../errors.ts';
import type { Asked, KnownUnit } from './asked.ts';
import type { CellReader } from './cells.ts';
import type { Sample } from './sample.ts';
import type { Table } from './table.ts';
import { timeUnitOf } from './time-unit.ts';
import { count, type Open, type Told } from './told.ts';

/** Share of the rows that must hold a time. */
const ENOUGH = 0.9;
/** What fields of times are called, the likeliest first. */
const NAMES = [
  /^@?(event|measured|observed)?[-_. ]?(time|timestamp)$/i,
  /^(ts|ds|t|datetime|date|time_hour)$/i,
  /(time|date|stamp)/i,
  /(^|[-_.])(ts|at)$/i,
];
/** A date that is not ISO 8601. */
const OTHER_DATE = /^\d{1,4}[/.]\d{1,2}[/.]\d{1,4}\b/;

export interface TimeField {
  readonly name: string;
  readonly unit: KnownUnit | 'auto';
}

interface Candidate extends TimeField {
  readonly fits: number;
  readonly rank: number;
  readonly rising: number;
}

/**
 * The field of the event time and how it is written: by what its cells are first, then by its name.
 *
 * @throws ForetideError FILE_FORMAT where no field holds times; SETTINGS_INVALID where the one that was named does not
 */
export function timeField(
  { origin, timeColumns }: Sample,
  table: Table,
  cells: CellReader,
  asked: Asked,
): { readonly found: Told<TimeField>; readonly open: readonly Open[] } {
  const { fields, rows } = table;
  if (asked.time !== undefined) return { found: named(table, cells, asked, timeColumns), open: [] };
  const candidates = [...fields].flatMap(([name, column]): Candidate[] => {
    const isTyped = timeColumns?.has(name) ?? false;
    const found = isTyped ? { unit: 'auto' as const, fits: rows } : usualUnit(column, cells, asked.timeUnit);
    if (!found || found.fits < ENOUGH * rows) return [];
    const rank = rankOf(name);
    const rising = risingShare(column, cells);
    // any large number may look like a time
    if (!isTyped && found.unit !== 'iso' && rank === NAMES.length && rising < ENOUGH) return [];
    return [{ name, ...found, rank, rising }];
  });
  const [best, ...others] = candidates.toSorted(
    (a, b) => a.rank - b.rank || order(a.unit) - order(b.unit) || b.fits - a.fits || b.rising - a.rising,
  );
  if (!best) throw noTime(origin, fields);
  const { name, unit, fits, rank } = best;
  return {
    found: {
      value: { name, unit },
      why: `${count(fits)} of ${count(rows)} ${written(unit)}`,
      confidence: others.length === 0 ? 'sure' : rank < (others[0]?.rank ?? 0) ? 'likely' : 'guess',
    },
    open: others.map((other) => ({
      what: `${other.name} holds times, too`,
      flag: `--time ${other.name}`,
    })),
  };
}

function order(unit: KnownUnit | 'auto'): number {
  return unit === 'auto' ? 0 : unit === 'iso' ? 1 : 2;
}

function rankOf(name: string): number {
  const last = name.slice(name.lastIndexOf('.') + 1);
  const rank = NAMES.findIndex((form) => form.test(last));
  return rank < 0 ? NAMES.length : rank;
}

function written(unit: KnownUnit | 'auto'): string {
  if (unit === 'auto') return 'are of a column of times';
  return unit === 'iso' ? 'are ISO 8601' : `are times of 1990 to 2100 in ${unit}`;
}

/** The unit of most cells, and how many are of it. */
function usualUnit(
  column: readonly unknown[],
  cells: CellReader,
  asked: KnownUnit | undefined,
): { readonly unit: KnownUnit; readonly fits: number } | undefined {
  const fits = new Map<KnownUnit, number>();
  for (const cell of column) {
    const unit = timeUnitOf(cell, cells);
    if (unit !== undefined) fits.set(unit, (fits.get(unit) ?? 0) + 1);
  }
  const [most] = [...fits]
    .filter(([unit]) => asked === undefined || unit === asked)
    .toSorted((a, b) => b[1] - a[1]);
  return most && { unit: most[0], fits: most[1] };
}

function named(
  { fields, rows }: Table,
  cells: CellReader,
  { time: name = '', timeUnit }: Asked,
  typed: ReadonlySet<string> | undefined,
): Told<TimeField> {
  const column = fields.get(name);
  const unit = typed?.has(name) ? 'auto' : (timeUnit ?? usualUnit(column ?? [], cells, undefined)?.unit);
  if (column && unit !== undefined)
    return { value: { name, unit }, why: `as --time says, of ${count(rows)} rows`, confidence: 'sure' };
  throw new ForetideError('SETTINGS_INVALID', {
    what: column ? `What stands in ${name} is no time of the years 1990 to 2100` : 'No such field',
    expected: column ? 'ISO 8601, or s, ms, us, ns since 1970' : `one of ${[...fields.keys()].join(', ')}`,
    got: column ? shown(column.find((cell) => !cells.isAbsent(cell))) : name,
    where: '--time',
    todo: column ? 'Say by --time-unit what its numbers are.' : 'Correct the name.',
  });
}

function risingShare(column: readonly unknown[], { numberOf }: CellReader): number {
  let rising = 0;
  for (let i = 1; i < column.length; i++) if (numberOf(column[i]) >= numberOf(column[i - 1])) rising++;
  return column.length < 2 ? 1 : rising / (column.length - 1);
}

function noTime(origin: string, fields: Table['fields']): ForetideError {
  const dates = [...fields].flatMap(([name, column]) => {
    const date = column.find((cell) => typeof cell === 'string' && OTHER_DATE.test(cell));
    return date === undefined ? [] : [`${name}: ${shown(date)}`];
  });
  return new ForetideError('FILE_FORMAT', {
    what: 'No field of times was found',
    expected: 'ISO 8601 such as 2026-01-31T12:00:00Z, or s, ms, us, ns since 1970',
    got: dates.length > 0 ? dates.join(', ') : `fields ${[...fields.keys()].join(', ')}`,
    where: origin,
    todo:
      dates.length > 0
        ? 'Write these dates as ISO 8601 first: whether 1/2/2010 is in January or in February, nobody can tell from it.'
        : 'Name it by --time and its unit by --time-unit.',
  });
}
