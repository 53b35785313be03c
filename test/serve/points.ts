import type { Points } from '../../src/sink/points.ts';

/** Points of one measurement for tests: a row per `[series, time, ...fields]`, fields in the order of `names`. */
export function pointsOf(
  measurement: Points['measurement'],
  names: readonly string[],
  rows: readonly (readonly [string, number, ...number[]])[],
  tags: Readonly<Record<string, string>> = {},
): Points {
  return {
    measurement,
    length: rows.length,
    series: rows.map(([series]) => series),
    time: Float64Array.from(rows, ([, time]) => time),
    tags,
    fields: Object.fromEntries(
      names.map((name, column) => [name, Float64Array.from(rows, (row) => Number(row[column + 2]))]),
    ),
    offset: Float64Array.from(rows, (_, i) => i),
  };
}

/** Readings: a row per `[series, time, value]`. */
export function readings(...rows: readonly [string, number, number][]): Points {
  return pointsOf('reading', ['value'], rows);
}

/** Forecasts of horizon `h`: a row per `[series, target time, yhat, lo, hi]`. */
export function forecasts(h: string, ...rows: readonly [string, number, number, number, number][]): Points {
  return pointsOf('forecast', ['yhat', 'lo', 'hi'], rows, { model: 'm', h });
}

/** Anomalies: a row per `[series, time, value, score, expected, lo, hi]`. */
export function anomalies(
  ...rows: readonly [string, number, number, number, number, number, number][]
): Points {
  return pointsOf('anomaly', ['value', 'score', 'expected', 'lo', 'hi'], rows);
}
