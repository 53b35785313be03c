import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { iso8601 } from '../../src/decode/iso8601.ts';
import type { Labels } from '../../src/evaluate/alerts/labels.ts';
import type { ScoredFile } from './windows.ts';

/** The files of a folder laid out as NAB's `data`, by their names from there: CATEGORY/NAME.csv, in order. */
export function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) =>
      readdirSync(join(folder, name))
        .filter((file) => file.endsWith('.csv'))
        .map((file) => `${name}/${file}`),
    )
    .toSorted();
}

/** One column of a CSV file beside its times. */
export interface TimedColumn {
  /** [rows] ms since 1970 */
  readonly time: Float64Array;
  readonly values: Float64Array;
}

/**
 * @param column its name in the header: `value` of a recording, `anomaly_score` of a result
 * @throws Error naming file and line where a time or a number is none, or the column is missing
 */
export function readColumn(path: string, column: string): TimedColumn {
  const rows: string[][] = parse(readFileSync(path), { bom: true });
  const [timeAt, valueAt] = ['timestamp', column].map((name) => rows[0]?.indexOf(name) ?? -1) as [
    number,
    number,
  ];
  if (timeAt < 0 || valueAt < 0) throw new Error(`${path}:1: expected the columns timestamp and ${column}`);
  const body = rows.slice(1);
  const number = (text: string, line: number): number => {
    if (text.trim() !== '' && Number.isFinite(Number(text))) return Number(text);
    throw new Error(`${path}:${line}: expected a number, got ${text}`);
  };
  const time = Float64Array.from(body, (row) => iso8601(row[timeAt]!));
  const values = Float64Array.from(body, (row, i) => number(row[valueAt]!, i + 2));
  const wrong = time.findIndex((at) => Number.isNaN(at));
  if (wrong >= 0)
    throw new Error(`${path}:${wrong + 2}: expected an ISO 8601 date, got ${body[wrong]![timeAt]}`);
  return { time, values };
}

/** Where the result of a file lies: FOLDER/CATEGORY/DETECTOR_NAME.csv as NAB writes it, or without the detector's name before its own. */
export function resultPath(folder: string, name: string): string {
  const named = join(folder, dirname(name), `${basename(folder)}_${basename(name)}`);
  return existsSync(named) ? named : join(folder, name);
}

/** A detector's stored results of some files. */
export function readResults(folder: string, names: readonly string[], labels: Labels): ScoredFile[] {
  return names.map((name) => {
    const { time, values } = readColumn(resultPath(folder, name), 'anomaly_score');
    return { name, time, score: values, windows: labels.get(name) ?? [] };
  });
}
