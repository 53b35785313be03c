import { expect, test } from 'vitest';
import { PairedSeries } from '../../../src/evaluate/compare/paired-series.ts';
import { commonStretches, stretchErrors } from '../../../src/evaluate/compare/stretches.ts';

const DAY = 86_400_000;

/** A series with a target on each of these days; the error of A is the day, that of B twice as much. */
function seriesOf(name: string, days: readonly number[]): PairedSeries {
  const series = new PairedSeries({ partition: 0, series: name, channel: '' });
  for (const day of days) {
    const target = { row: 0, time: day * DAY, origin: 0, horizon: 1, lo: NaN, hi: NaN, usualMove: 1 };
    const naive = { last: 0, mean: 0, season: NaN };
    series.add([1, 2].map((factor) => ({ ...target, ...naive, y: 0, yhat: factor * day })));
  }
  return series;
}

test('days, where a forecast reaches no farther; a series without a target on one has no error there', () => {
  const series = [seriesOf('a', [2, 3]), seriesOf('b', [3, 9])];
  const { width, stretches } = commonStretches(series, DAY);
  expect([width / DAY, stretches]).toEqual([1, [2, 3, 9]]);
  expect(
    stretchErrors(series, [1], stretches, width, 1)[0]!.map(({ a, other }) => [[...a], [...other]]),
  ).toEqual([
    [
      [2, 3, 0],
      [4, 6, 0],
    ],
    [
      [0, 3, 9],
      [0, 6, 18],
    ],
  ]);
});

test('as long as a forecast reaches, and as those of the series that has the longest', () => {
  expect(commonStretches([seriesOf('a', [2, 3, 9])], 3 * DAY)).toEqual({ width: 4 * DAY, stretches: [0, 2] });
  expect(commonStretches([seriesOf('a', [2, 3]), seriesOf('b', [0, 100])], 0)).toEqual({
    width: 2 * DAY,
    stretches: [0, 1, 50],
  });
});
