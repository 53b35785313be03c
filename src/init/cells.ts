import { absentTest } from '../decode/csv.ts';
import { decimal } from '../decode/decimal.ts';
import { CsvSettings } from '../decode/settings.ts';
import type { DataFormat } from './asked.ts';

/** How the cells of a format are read. */
export interface CellReader {
  /** Whether nothing was observed, as the decoder has it without settings. */
  isAbsent(this: void, cell: unknown): boolean;
  /** The number that the decoder takes a cell for; NaN where it takes it for none. */
  numberOf(this: void, cell: unknown): number;
  /** The text or integer that a series may be called by. */
  nameOf(this: void, cell: unknown): string | undefined;
}

const isAbsentText = absentTest(CsvSettings.parse({ format: 'csv' }));

const OF_TEXT: CellReader = {
  isAbsent: (cell) => typeof cell !== 'string' || isAbsentText(cell),
  numberOf: (cell) => (typeof cell === 'string' ? finite(decimal(cell)) : NaN),
  nameOf: (cell) => (typeof cell === 'string' && cell !== '' ? cell : undefined),
};

const OF_JSON: CellReader = {
  isAbsent: (cell) => cell === undefined || cell === null,
  numberOf: (cell) => (typeof cell === 'number' ? finite(cell) : NaN),
  nameOf: (cell) => {
    if (typeof cell === 'string' && cell !== '') return cell;
    return Number.isSafeInteger(cell) ? String(cell) : undefined;
  },
};

export function cellReader(format: DataFormat): CellReader {
  return format === 'json' ? OF_JSON : OF_TEXT;
}

function finite(number: number): number {
  return Number.isFinite(number) ? number : NaN;
}
