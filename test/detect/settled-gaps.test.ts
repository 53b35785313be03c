import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SettledGaps } from '../../src/detect/settled-gaps.ts';
import { Memory } from '../../src/memory/memory.ts';
import { stateHash } from '../checks/bytes.ts';

function gapsOf(capacity = 100) {
  const memory = new Memory();
  const gaps = new SettledGaps(memory, capacity);
  const row = memory.row('s');
  memory.touch(row);
  return { memory, gaps, row };
}

test('what waits counts for the newest by a time, and for the gaps only once it is settled', () => {
  const { gaps, row } = gapsOf();
  for (const time of [30, 10, 20]) gaps.take(row, time);
  expect([5, 10, 25, 99].map((time) => gaps.newest(row, time))).toEqual([-Infinity, 10, 20, 30]);
  expect([gaps.first(row), gaps.readings(row)]).toEqual([10, 0]);
  gaps.settle(row, 20);
  expect([gaps.first(row), gaps.readings(row), gaps.newest(row, 29)]).toEqual([30, 2, 20]);
  gaps.settle(row, 30);
  expect([gaps.first(row), gaps.readings(row), gaps.newest(row, 29)]).toEqual([Infinity, 3, 30]);
});

// Seen to fail where a reading is put behind the others.
test('the order in which readings come within what is not settled changes nothing', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 10_000 }), { maxLength: 60 }), (times) => {
      const [one, other] = [gapsOf(), gapsOf()];
      for (const time of times) one.gaps.take(one.row, time);
      for (const time of times.toSorted((a, b) => a - b)) other.gaps.take(other.row, time);
      for (const each of [one, other]) each.gaps.settle(each.row, 5000);
      expect(stateHash(one.memory)).toBe(stateHash(other.memory));
      expect(one.gaps.rarity(one.row, 9000)).toBe(other.gaps.rarity(other.row, 9000));
      one.memory.release();
      other.memory.release();
    }),
  );
});

test('where there is no room the oldest is settled at once', () => {
  const { gaps, row } = gapsOf(2);
  for (const time of [10, 20, 30, 5]) gaps.take(row, time);
  expect([gaps.first(row), gaps.readings(row), gaps.newest(row, 15)]).toEqual([20, 2, 10]);
});
