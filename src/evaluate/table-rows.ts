import { absentTest } from '../decode/csv.ts';
import type { CsvSettings } from '../decode/settings.ts';
import { shown } from '../decode/shown.ts';
import type { SourceRecord } from '../source/source.ts';
import { isoFrom } from './time-format.ts';

/** A cell that says that nothing was observed. */
export interface MissingCell {
  readonly offset: number;
  readonly column: string;
  /** What stands there, quoted. */
  readonly got: string;
}

/**
 * Looks over the rows of a table before they are decoded: finds the values that are missing, which a decoder passes over, and brings
 * dates of a format of the file's own to ISO 8601.
 */
export class TableRows {
  readonly #values: readonly { readonly name: string; readonly index: number }[];
  readonly #isAbsent: (cell: string) => boolean;
  readonly #time: number;
  readonly #toIso: ((text: string) => string | undefined) | undefined;

  /**
   * @param columns the header of the file
   * @param timeFormat see `isoFrom`
   */
  constructor(decode: CsvSettings, columns: readonly string[], timeFormat: string | undefined) {
    const names = columns.map((name) => name.trim());
    const { values, series = 'sensor', seriesName, time } = decode;
    const others = new Set([time, ...(seriesName === undefined ? [series].flat() : [])]);
    const read = values === '*' ? names.filter((name) => !others.has(name)) : values;
    this.#values = read.map((name) => ({ name, index: names.indexOf(name) }));
    this.#isAbsent = absentTest(decode);
    this.#time = names.indexOf(time);
    this.#toIso = timeFormat === undefined ? undefined : isoFrom(timeFormat);
  }

  /** The missing values of a row. */
  *missing({ offset, cells }: SourceRecord): Generator<MissingCell> {
    for (const { name, index } of this.#values) {
      const cell = cells?.[index]?.trim();
      if (cell !== undefined && this.#isAbsent(cell)) yield { offset, column: name, got: shown(cell) };
    }
  }

  /** The row as it is to be decoded; one whose date is not of the format stays as it is, and will be refused. */
  readable(record: SourceRecord): SourceRecord {
    const cell = record.cells?.[this.#time];
    const iso = cell === undefined ? undefined : this.#toIso?.(cell);
    return iso === undefined ? record : { ...record, cells: record.cells!.with(this.#time, iso) };
  }
}
