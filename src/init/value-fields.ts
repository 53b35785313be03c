import { seriesFault } from '../decode/readings.ts';
import { ForetideError } from '../errors.ts';
import type { Asked } from './asked.ts';
import type { CellReader } from './cells.ts';
import { isCounter, isTimePart } from './no-value.ts';
import type { Sample } from './sample.ts';
import type { Table } from './table.ts';
import { timeUnitOf } from './time-unit.ts';
import { count, type Open, type Told } from './told.ts';

/** Share of the cells that hold something which must be numbers. */
const ENOUGH = 0.5;
/** Different texts among numbers that may be codes for what was not observed. */
const MOST_CODES = 5;
/** Numbers that data have in place of what was not observed. */
const CODES = new Set([
  -99, -999, -9999, -99_999, -99.9, -999.9, -99.99, -999.99, -200, 9999, 99_999, 999_999, -32_768, 32_767,
  999.9, 9999.9,
]);
/** Of a code in a column there must be so many. */
const LEAST_OF_CODE = 3;

export interface ValueFields {
  readonly values: Told<readonly string[]>;
  readonly nulls: Told<readonly (string | number)[]>;
  readonly open: readonly Open[];
}

/**
 * The fields of observed numbers: those that hold numbers, and are neither time nor name, no count of rows and no part of the date. And the
 * codes among them that stand for what was not observed: texts, and numbers such as -999 that lie far off all others.
 *
 * @param others fields of time and series
 * @throws ForetideError FILE_FORMAT where there is none
 */
export function valueFields(
  { origin }: Sample,
  { fields, rows }: Table,
  others: readonly string[],
  cells: CellReader,
  asked: Asked,
): ValueFields {
  const left: string[] = [];
  const quoted: string[] = [];
  const found: string[] = [];
  const codes = new Map<string, number>();
  for (const [name, column] of fields) {
    if (others.includes(name) || (asked.values && !asked.values.includes(name))) continue;
    const there = column.filter((cell) => !cells.isAbsent(cell));
    const numbers = there.map((cell) => cells.numberOf(cell));
    const texts = new Set(there.filter((_, i) => Number.isNaN(numbers[i])).map(String));
    const share = numbers.filter((number) => !Number.isNaN(number)).length / Math.max(1, there.length);
    if (!asked.values) {
      if (there.length === 0 || share < ENOUGH || texts.size > MOST_CODES) {
        if (there.some((cell) => typeof cell === 'string' && /^-?\d+(\.\d+)?$/.test(cell))) quoted.push(name);
        continue;
      }
      if (seriesFault(name) !== undefined) continue;
      // a name that is a number: `station_id`
      const isName =
        /(^|[-_ .])(id|uuid)$|[a-z]I[dD]$/.test(name) &&
        numbers.every((number) => Number.isSafeInteger(number));
      const isTime =
        there.every((cell) => timeUnitOf(cell, cells) !== undefined) && /time|stamp|date|_at$/i.test(name);
      if (isCounter(numbers) || isTimePart(name, numbers) || isName || isTime) {
        left.push(name);
        continue;
      }
    }
    found.push(name);
    if (texts.size <= MOST_CODES)
      for (const text of texts) codes.set(text, there.filter((cell) => String(cell) === text).length);
  }
  if (found.length === 0) {
    throw new ForetideError('FILE_FORMAT', {
      what: 'No field of numbers was found',
      expected: 'fields that hold numbers, with a decimal point, beside those of time and series',
      got: quoted.length > 0 ? `texts in ${quoted.join(', ')}` : `fields ${[...fields.keys()].join(', ')}`,
      where: origin,
      todo: 'Name them by --values, and for a CSV what stands between two cells by --delimiter.',
    });
  }
  const { sure, doubtful } = asked.nulls
    ? { sure: [], doubtful: [] }
    : numberCodes(found.map((name) => (fields.get(name) ?? []).map((cell) => cells.numberOf(cell))));
  const nulls = asked.nulls ? asked.nulls.map(written) : [...codes.keys(), ...sure.map(({ code }) => code)];
  const counted = [
    ...[...codes].map(([text, times]) => `${JSON.stringify(text)} ${count(times)} times`),
    ...sure.map(({ code, times }) => `${code} ${count(times)} times, far off the others`),
  ];
  return {
    values: {
      value: found,
      why: asked.values
        ? 'as --values says'
        : `${found.length} of ${fields.size} fields hold numbers that are no time, name, count or part of the date`,
      confidence: asked.values || left.length === 0 ? 'sure' : 'likely',
    },
    nulls: {
      value: nulls,
      why: asked.nulls
        ? 'as --nulls says'
        : counted.length > 0
          ? counted.join('; ')
          : 'no code for a missing value',
      confidence: sure.length > 0 && !asked.nulls ? 'likely' : 'sure',
    },
    open: [
      ...(left.length === 0
        ? []
        : [
            {
              what: `${left.join(', ')} hold numbers, but look like counts, names or parts of the date, and are left out`,
              flag: `--values ${[...found, left[0]].join()}`,
            },
          ]),
      ...doubtful.map((code) => ({
        what: `${code} may be a value or a code for a missing one: it is taken for a value`,
        flag: `--nulls ${code}`,
      })),
      ...(found.length > 1 && !asked.channels && rows > 0
        ? [
            {
              what: `${found.length} values a row are as many series; as channels of one series a cell would see them together`,
              flag: '--channels',
            },
          ]
        : []),
    ],
  };
}

/** Numbers that look like codes: sure where they lie at the edge of all columns that have them, and far off in one. */
function numberCodes(columns: readonly (readonly number[])[]): {
  readonly sure: readonly { readonly code: number; readonly times: number }[];
  readonly doubtful: readonly number[];
} {
  const sure: { code: number; times: number }[] = [];
  const doubtful: number[] = [];
  for (const code of CODES) {
    let [times, isFar, isInside] = [0, false, false];
    for (const column of columns) {
      const here = column.filter((number) => number === code).length;
      if (here === 0) continue;
      times += here;
      let [least, most] = [Infinity, -Infinity];
      for (const number of column) {
        if (Number.isNaN(number) || CODES.has(number)) continue;
        least = Math.min(least, number);
        most = Math.max(most, number);
      }
      if (least > most) continue;
      if (code > least && code < most) isInside = true;
      const off = code < least ? least - code : code - most;
      if (here >= LEAST_OF_CODE && off > 2 * Math.max(most - least, 1)) isFar = true;
    }
    if (isFar && !isInside) sure.push({ code, times });
    else if (isFar) doubtful.push(code);
  }
  return { sure, doubtful };
}

/** A code from the command line: a number where it is one. */
function written(text: string): string | number {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
