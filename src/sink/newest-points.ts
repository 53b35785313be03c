import { type Points, revisionAt } from './points.ts';

/**
 * Points without the rows that others among them have revised: of each identity the last one is left. For sinks that write many points at once, where
 * the order of two of one identity is not promised.
 */
export function newestPoints(all: readonly Points[]): readonly Points[] {
  if (!all.some(({ fields }) => fields['revision']?.some((revision) => revision > 0))) return all;
  /** Of each identity the number of the last row that revises, counted through all blocks. */
  const revised = new Map<string, number>();
  const walk = (visit: (block: Points, row: number, number: number) => void): void => {
    let number = 0;
    for (const block of all)
      if (block.fields['revision']) for (const row of rowsOf(block)) visit(block, row, number++);
  };
  walk((block, row, number) => {
    if (revisionAt(block, row) > 0) revised.set(identityOf(block, row), number);
  });
  const kept = new Map<Points, number[]>();
  walk((block, row, number) => {
    const rows = kept.get(block) ?? [];
    if (number >= (revised.get(identityOf(block, row)) ?? 0)) rows.push(row);
    kept.set(block, rows);
  });
  return all.map((block) => those(block, kept.get(block) ?? rowsOf(block)));
}

function rowsOf({ length }: Points): number[] {
  return Array.from({ length }, (_, row) => row);
}

function identityOf({ measurement, tags, labels, series, time }: Points, row: number): string {
  // a turn of an alert that is withdrawn has other tags
  const what = measurement === 'alert' ? [labels?.['id'], labels?.['withdraws'] ?? tags['state']] : tags;
  return JSON.stringify([measurement, what, series[row], time[row]]);
}

function those(block: Points, rows: readonly number[]): Points {
  if (rows.length === block.length) return block;
  const pick = (column: Float64Array): Float64Array => Float64Array.from(rows, (row) => column[row]!);
  const { series, time, fields, offset } = block;
  return {
    ...block,
    length: rows.length,
    series: rows.map((row) => series[row]!),
    time: pick(time),
    fields: Object.fromEntries(Object.entries(fields).map(([name, column]) => [name, pick(column)])),
    offset: pick(offset),
  };
}
