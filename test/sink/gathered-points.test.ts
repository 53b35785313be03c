import { expect, test } from 'vitest';
import { GatheredPoints } from '../../src/sink/gathered-points.ts';
import type { Points } from '../../src/sink/points.ts';

function forecasts(h: string, rows: readonly (readonly [string, number, number])[], offset = 0): Points {
  return {
    measurement: 'forecast',
    length: rows.length,
    series: rows.map(([series]) => series),
    time: Float64Array.from(rows.map(([, time]) => time)),
    tags: { model: 'm', h },
    fields: { yhat: Float64Array.from(rows.map(([, , yhat]) => yhat)) },
    labels: { fingerprint: 'f' },
    offset: Float64Array.from(rows.map((_, i) => offset + i)),
  };
}

test('gathers the blocks of each kind into one, rows in order', () => {
  const gathered = new GatheredPoints();
  gathered.add(forecasts('01', [['a', 1, 10]], 0));
  gathered.add(forecasts('06', [['a', 6, NaN]], 0));
  gathered.add(
    forecasts(
      '01',
      [
        ['b', 2, 20],
        ['a', 3, 30],
      ],
      7,
    ),
  );
  gathered.add(forecasts('06', []));
  expect(gathered.blocks()).toEqual([
    {
      ...forecasts('01', [
        ['a', 1, 10],
        ['b', 2, 20],
        ['a', 3, 30],
      ]),
      offset: Float64Array.of(0, 7, 8),
    },
    forecasts('06', [['a', 6, NaN]]),
  ]);
});

test('keeps apart what differs in tags, labels or fields; without rows there is no block', () => {
  const block = forecasts('01', [['a', 1, 10]]);
  const gathered = new GatheredPoints();
  gathered.add(forecasts('01', []));
  expect(gathered.blocks()).toEqual([]);
  const { labels: _, ...withoutLabels } = block;
  const kinds: Points[] = [
    block,
    { ...block, tags: { model: 'n', h: '01' } },
    { ...block, labels: { fingerprint: 'g' } },
    { ...block, fields: { ...block.fields, lo: Float64Array.of(9) } },
    { ...block, measurement: 'anomaly' },
    withoutLabels,
  ];
  for (const kind of [...kinds, ...kinds]) gathered.add(kind);
  expect(gathered.blocks().map(({ length }) => length)).toEqual([2, 2, 2, 2, 2, 2]);
  expect(gathered.blocks().map(({ tags, labels }) => [tags, labels])).toEqual(
    kinds.map(({ tags, labels }) => [tags, labels]),
  );
});

/** Rows [series, time, number, revision]. */
function revised(
  rows: readonly (readonly [string, number, number, number])[],
  more: Partial<Points> = {},
): Points {
  return {
    ...forecasts(
      '01',
      rows.map(([series, time, yhat]) => [series, time, yhat] as const),
    ),
    fields: {
      yhat: Float64Array.from(rows, ([, , yhat]) => yhat),
      revision: Float64Array.from(rows, ([, , , revision]) => revision),
    },
    ...more,
  };
}

const told = (blocks: readonly Points[]): unknown[] =>
  blocks.map(({ labels, series, time, fields }) => [
    Object.values(labels ?? {}).join(),
    ...series.map((name, i) => [name, time[i], fields['yhat']?.[i], fields['revision']?.[i]]),
  ]);

test('what a late reading has revised by then is left out, of whatever kind its new row is', () => {
  const gathered = new GatheredPoints();
  gathered.add(
    revised([
      ['a', 1, 10, 0],
      ['b', 1, 11, 0],
      ['a', 2, 12, 0],
    ]),
  );
  const gone = { labels: { state: 'withdrawn' }, fields: { revision: Float64Array.of(7) } };
  gathered.add(revised([['a', 2, 0, 7]], gone));
  gathered.add(
    revised([
      ['a', 1, 20, 7],
      ['a', 3, 21, 7],
    ]),
  );
  gathered.add(revised([['a', 3, 31, 7]])); // two late readings of one record
  gathered.add(revised([['a', 1, 40, 7]], { tags: { model: 'm', h: '06' } }));
  gathered.add(
    forecasts('12', [
      ['a', 1, 1],
      ['a', 1, 2],
    ]),
  );
  expect(told(gathered.blocks())).toEqual([
    ['f', ['b', 1, 11, 0], ['a', 1, 20, 7], ['a', 3, 31, 7]],
    ['withdrawn', ['a', 2, undefined, 7]],
    ['f', ['a', 1, 40, 7]],
    ['f', ['a', 1, 1, undefined], ['a', 1, 2, undefined]],
  ]);
});

test('what comes back takes the place of what was withdrawn; of rows that are told at first none is left out', () => {
  const gathered = new GatheredPoints();
  const gone = { labels: { state: 'withdrawn' } };
  gathered.add(revised([['a', 2, 0, 7]], gone));
  gathered.add(
    revised([
      ['a', 2, 1, 9],
      ['b', 5, 1, 0],
      ['b', 5, 2, 0],
    ]),
  );
  expect(told(gathered.blocks())).toEqual([['f', ['a', 2, 1, 9], ['b', 5, 1, 0], ['b', 5, 2, 0]]]);
});
