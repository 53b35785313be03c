import { encodeLines } from '../../src/sink/line-encoder.ts';
import type { Points } from '../../src/sink/points.ts';

/** Points of some rows, for tests: each row is [series, time, ...fields]; the rows' offsets count up from `offset`. */
export function pointsOf(
  fields: readonly string[],
  rows: readonly (readonly [string, number, ...number[]])[],
  more: Partial<Pick<Points, 'measurement' | 'tags' | 'labels'>> & { readonly from?: number } = {},
): Points {
  const { from = 0, measurement = 'reading', tags = {}, labels } = more;
  return {
    measurement,
    length: rows.length,
    series: rows.map(([series]) => series),
    time: Float64Array.from(rows, ([, time]) => time),
    tags,
    fields: Object.fromEntries(
      fields.map((field, f) => [field, Float64Array.from(rows, (row) => Number(row[f + 2]))]),
    ),
    ...(labels && { labels }),
    offset: Float64Array.from(rows, (_, i) => from + i),
  };
}

/** The lines of line protocol that points are, for tests. */
export function linesOf(points: Points): string[] {
  return [...encodeLines([points], Infinity)].flatMap((lines) =>
    Array.from({ length: lines.count }, (_, i) => lines.line(i).toString()),
  );
}
