import { expect, test } from 'vitest';
import type { DeadLetter } from '../../src/frame.ts';
import type { Points } from '../../src/sink/points.ts';
import { SinkSince } from '../../src/sink/since.ts';

// Seen to fail when a column keeps its rows.
test('rows of before are not given on, in any column', async () => {
  const given: Points[] = [];
  const write = (points: readonly Points[]): Promise<readonly DeadLetter[]> => {
    given.push(...points);
    return Promise.resolve([]);
  };
  const sink = { name: 'a', check: () => Promise.resolve(['ok']), write, close: () => Promise.resolve() };
  const since = new SinkSince(sink, 20);
  const block: Points = {
    measurement: 'forecast',
    length: 3,
    series: ['a', 'b', 'c'],
    time: Float64Array.of(20, 19.5, 30),
    tags: { h: '01' },
    fields: { yhat: Float64Array.of(1, 2, 3) },
    offset: Float64Array.of(7, 8, 9),
  };
  const late = { ...block, length: 1, series: ['d'], time: Float64Array.of(25) };
  expect(await since.write([block, late], new AbortController().signal)).toEqual([]);
  expect(given).toEqual([
    {
      ...block,
      length: 2,
      series: ['a', 'c'],
      time: Float64Array.of(20, 30),
      fields: { yhat: Float64Array.of(1, 3) },
      offset: Float64Array.of(7, 9),
    },
    late,
  ]);
  expect([since.name, await since.check()]).toEqual(['a', ['ok']]);
});
