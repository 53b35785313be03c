import fc from 'fast-check';
import type { Points } from '../../src/sink/points.ts';

const NAMES = ['yhat', 'lo', 'hi', 'score'];
/** Series of the blocks, in the order of their rows in Memory. */
export const SERIES = ['a', 'b.x', 'ä…', ''];

/** What a frame may give out: several blocks, in none of which a series stands twice. */
export const blocks: fc.Arbitrary<readonly Points[]> = fc.array(
  fc
    .record({
      measurement: fc.constantFrom('reading', 'forecast', 'anomaly', 'event', 'alert'),
      series: fc.uniqueArray(fc.constantFrom(...SERIES), { minLength: 1 }),
      tags: fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
      labels: fc.option(fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }), { nil: undefined }),
      columns: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }),
      values: fc.array(fc.oneof(fc.double(), fc.constantFrom(NaN, 0, -0)), { minLength: 20, maxLength: 20 }),
      times: fc.array(fc.integer({ min: 0, max: 1e13 }), { minLength: 4, maxLength: 4 }),
    })
    .map(({ measurement, series, tags, labels, columns, values, times }): Points => {
      const { length } = series;
      return {
        measurement,
        length,
        series,
        tags,
        ...(labels && { labels }),
        time: Float64Array.from(times.slice(0, length)),
        fields: Object.fromEntries(
          columns.map((name, c) => [name, Float64Array.from(values.slice(c * 4, c * 4 + length))]),
        ),
        offset: new Float64Array(length),
      };
    }),
  { minLength: 1, maxLength: 5 },
);

/** A copy whose columns may be changed. */
export function copyOf(some: readonly Points[]): Points[] {
  return some.map((block) => ({
    ...block,
    series: [...block.series],
    time: block.time.slice(),
    fields: Object.fromEntries(Object.entries(block.fields).map(([name, column]) => [name, column.slice()])),
  }));
}

/** A block of one row. */
export function point(measurement: Points['measurement'], more: Partial<Points> = {}): Points {
  return {
    measurement,
    length: 1,
    series: ['a'],
    time: Float64Array.of(60_000),
    tags: {},
    fields: { value: Float64Array.of(1.5) },
    offset: Float64Array.of(0),
    ...more,
  };
}
