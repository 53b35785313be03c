import { expect, test } from 'vitest';
import { Seen } from '../../src/detect/seen.ts';
import { Memory } from '../../src/memory/memory.ts';

function seenIn(width: 1 | 2, room: number) {
  const memory = new Memory();
  const seen = new Seen(memory, 'seen', 2, width, room);
  const row = memory.row('a');
  const moments = (channel: number): number[][] =>
    Array.from({ length: seen.count(row, channel) }, (_, i) => [
      ...Array.from({ length: width }, (__, k) => seen.place(row, channel, i, k)),
      seen.time(row, channel, i),
    ]);
  return { seen, row, moments };
}

test('moments are kept by channel, with their co-ordinates and times', () => {
  const { seen, row, moments } = seenIn(2, 3);
  seen.add(row, 0, 100, 1, 2);
  seen.add(row, 1, 200, 3, 4);
  seen.add(row, 1, 300, 5, 6);
  expect(moments(0)).toEqual([[1, 2, 100]]);
  expect(moments(1)).toEqual([
    [3, 4, 200],
    [5, 6, 300],
  ]);
});

// Seen to fail where the newest is forgotten.
test('without room the one is forgotten that was not there for the longest time', () => {
  const { seen, row, moments } = seenIn(1, 3);
  [10, 20, 30].forEach((x, i) => seen.add(row, 0, i, x));
  seen.renew(row, 0, 0, 5);
  seen.add(row, 0, 6, 40);
  expect(moments(0)).toEqual([
    [10, 5],
    [40, 6],
    [30, 2],
  ]);
  seen.add(row, 0, 7, 50);
  expect(moments(0).map(([x]) => x)).toEqual([10, 40, 50]);
});

test('the range is of all there ever was, remembered or not', () => {
  const { seen, row } = seenIn(2, 1);
  seen.widen(row, 1, -5, 7);
  expect([seen.low(row, 1, 0), seen.span(row, 1, 0), seen.low(row, 1, 1), seen.span(row, 1, 1)]).toEqual([
    -5, 0, 7, 0,
  ]);
  seen.add(row, 1, 0, -5, 7);
  seen.widen(row, 1, 3, 9);
  seen.add(row, 1, 1, 3, 9);
  seen.widen(row, 1, 0, 6);
  expect([seen.low(row, 1, 0), seen.span(row, 1, 0), seen.low(row, 1, 1), seen.span(row, 1, 1)]).toEqual([
    -5, 8, 6, 3,
  ]);
});
