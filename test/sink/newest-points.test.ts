import { expect, test } from 'vitest';
import { newestPoints } from '../../src/sink/newest-points.ts';
import { type Points, WITHDRAWN } from '../../src/sink/points.ts';
import { pointsOf } from './points.ts';

/** Rows [series, time, number, revision]. */
function revised(
  rows: readonly (readonly [string, number, number, number])[],
  more: Partial<Points> = {},
): Points {
  const block = pointsOf(['yhat', 'revision'], rows, { measurement: 'forecast', tags: { h: '01' } });
  return { ...block, ...more };
}

const told = (blocks: readonly Points[]): unknown[] =>
  blocks.map(({ length, series, time, fields, offset }) => {
    expect([time.length, offset.length]).toEqual([length, length]);
    return series.map((name, i) => [name, time[i], fields['yhat']?.[i], fields['revision']?.[i]].join(' '));
  });

test('what others have revised is left out, whatever block they stand in; of one record the last', () => {
  const all = [
    revised([
      ['a', 1, 10, 0],
      ['b', 1, 11, 0],
      ['a', 2, 12, 0],
      ['a', 3, 13, 7],
    ]),
    revised([['a', 2, NaN, 7]], { labels: WITHDRAWN }),
    revised([
      ['a', 1, 20, 7],
      ['a', 3, 21, 7],
    ]),
    revised([['a', 1, 40, 7]], { tags: { h: '06' } }),
    pointsOf(['value'], [['a', 1, 5]]),
  ];
  expect(told(newestPoints(all))).toEqual([
    ['b 1 11 0'],
    ['a 2 NaN 7'],
    ['a 1 20 7', 'a 3 21 7'],
    ['a 1 40 7'],
    ['a 1  '],
  ]);
});

test('what comes back takes the place of what was withdrawn; of what is told at first nothing is left out', () => {
  const twice = revised([
    ['a', 2, 1, 9],
    ['b', 5, 1, 0],
    ['b', 5, 2, 0],
  ]);
  expect(told(newestPoints([revised([['a', 2, NaN, 7]], { labels: WITHDRAWN }), twice]))).toEqual([
    [],
    ['a 2 1 9', 'b 5 1 0', 'b 5 2 0'],
  ]);
  const first = [revised([['b', 5, 1, 0]]), revised([['b', 5, 1, 0]])];
  expect(newestPoints(first)).toBe(first);
});

// Seen to fail where a turn that is withdrawn is another, for its tags.
test('of a turn of an alert the last is left, also where that withdraws it', () => {
  const turn = (state: string, revision: number, withdraws?: string): Points => ({
    ...revised([['a', 5, revision, revision]], {
      measurement: 'alert',
      tags: { state, severity: 'warning' },
    }),
    labels: { id: 'a@5', ...(withdraws !== undefined && { withdraws }) },
  });
  const all = [
    turn('firing', 0),
    turn('resolved', 0),
    turn('withdrawn', 7, 'firing'),
    turn('withdrawn', 9, 'firing'),
  ];
  expect(told(newestPoints(all))).toEqual([[], ['a 5 0 0'], [], ['a 5 9 9']]);
});
