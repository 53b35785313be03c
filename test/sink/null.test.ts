import { expect, test } from 'vitest';
import { NullSink } from '../../src/sink/null.ts';
import { checkSink } from '../checks/sink.ts';
import { pointsOf } from './points.ts';

checkSink('NullSink', () => new NullSink());

test('counts the rows', async () => {
  const sink = new NullSink();
  const points = pointsOf(
    ['value'],
    [
      ['a', 1, 1],
      ['b', 2, 2],
    ],
  );
  await sink.write([points, points], new AbortController().signal);
  await sink.write([points], new AbortController().signal);
  expect(sink.count).toBe(6);
});
