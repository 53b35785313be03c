import { describe, expect, test } from 'vitest';
import { Pairs } from '../../../src/evaluate/compare/pairs.ts';
import { SeriesScore } from '../../../src/evaluate/series-score.ts';
import { planOf, rowsOf } from '../rows.ts';
import { target } from '../scored.ts';

const [row] = rowsOf([1], [1, 3], () => ({ yhat: 0 }));
const seriesOf = (series: string, partition = 0): SeriesScore =>
  new SeriesScore(partition, { ...row!, series }, planOf([1, 3]));
/** Takes in what two sides say of one series, a batch each. */
function paired(...batches: (readonly [a: readonly object[], b: readonly object[]])[]): Pairs {
  const pairs = new Pairs(2);
  const series = [seriesOf('s'), seriesOf('s')];
  for (const batch of batches) {
    batch.forEach((targets, side) => {
      for (const each of targets) pairs.take(side, series[side]!, each as ReturnType<typeof target>);
    });
    pairs.settle(0);
  }
  return pairs;
}

describe('what is compared', () => {
  test('the errors of both sides over the same targets', () => {
    const pairs = paired([
      [target(1, { yhat: 3 }), target(2, { yhat: 4 })],
      [target(1, { yhat: 5 }), target(2, { yhat: 5.5 })],
    ]);
    expect([pairs.paired, pairs.targets]).toEqual([2, [2, 2]]);
    const [series] = pairs.series;
    expect(series!.at(1)!.sums.map(({ count, error }) => [count, error])).toEqual([
      [2, 3],
      [2, 0.5],
    ]);
    expect(pairs.courses(1).map(({ bins }) => bins[0]!.error)).toEqual([1.5, 0.25]);
  });

  test('nothing that only one side has forecast', () => {
    const pairs = paired([
      [target(1), target(2), target(4)],
      [target(2), target(3), target(4), target(5)],
    ]);
    expect([pairs.paired, pairs.targets]).toEqual([2, [3, 4]]);
  });

  test.each([
    ['another value', { y: 5.5 }],
    ['another instant of forecast', { origin: 0 }],
    ['another number of steps', { horizon: 3 }],
  ])('nothing of %s', (_, more) => {
    const pairs = paired([
      [target(2), target(3)],
      [target(2, more), target(3)],
    ]);
    expect(pairs.paired).toBe(1);
  });

  test('what comes of a side in a later batch', () => {
    const pairs = paired([[target(1), target(2)], []], [[target(3)], [target(1), target(2), target(3)]]);
    expect(pairs.paired).toBe(3);
  });

  test('the longest lead is that of a paired target', () => {
    const pairs = paired([[target(9), target(90, { origin: 1 })], [target(9)]]);
    expect(pairs.longestLead).toBe(1);
  });
});

test('what waits is bounded, and a side that is too far behind has nothing to be compared with', () => {
  const many = Array.from({ length: 1000 }, (_, i) => target(i));
  expect(paired([many, []], [[], many]).paired).toBe(128);
  expect(paired([many, many]).paired).toBe(1000);
});

test('steps that not all sides forecast do not wait', () => {
  const pairs = new Pairs(2);
  pairs.know([1]);
  const series = seriesOf('s');
  pairs.take(0, series, target(1, { horizon: 3 }));
  pairs.settle(0);
  pairs.take(1, series, target(1, { horizon: 3 }));
  pairs.settle(0);
  expect([pairs.paired, pairs.targets]).toEqual([0, [1, 1]]);
});

test('series come by partition and name, whichever came first', () => {
  const pairs = new Pairs(2);
  for (const [name, partition] of [
    ['b', 1],
    ['z', 0],
    ['a', 1],
  ] as const) {
    for (const side of [0, 1]) pairs.take(side, seriesOf(name, partition), target(1));
    pairs.settle(partition);
  }
  expect(pairs.series.map(({ series, partition }) => [partition, series])).toEqual([
    [0, 'z'],
    [1, 'a'],
    [1, 'b'],
  ]);
});
