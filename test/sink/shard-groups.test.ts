import { expect, test } from 'vitest';
import { areManyShards, shardGroupFor, shardsOf } from '../../src/sink/shard-groups.ts';

const DAY = 86_400_000;

test.each([
  [0, 7],
  [30, 7],
  [690, 7],
  [700, 28],
  [2000, 28],
  [3000, 91],
  [20_000, 364],
  [1e6, 3640],
])('points of %i days lie in shard groups of %i', (range, duration) =>
  expect(shardGroupFor(range * DAY)).toBe(duration * DAY),
);

// Seen to fail where a hundred and one will do.
test('up to a thousand years there are never more than a hundred', () => {
  for (let days = 1; days < 360_000; days += 13)
    expect(shardsOf(days * DAY, shardGroupFor(days * DAY))).toBeLessThanOrEqual(100);
});

test('a range that begins within a shard needs one more than would hold it', () => {
  expect(shardsOf(14 * DAY, 7 * DAY)).toBe(3);
  expect([areManyShards(199), areManyShards(200)]).toEqual([false, true]);
});
