import { expect, test } from 'vitest';
import { Memory } from '../../src/memory/memory.ts';
import { liveErrors } from '../../src/run/live-errors.ts';
import { scoreSlots } from './scores.ts';

/** A Memory of two horizons in which one series has these figures in its last channel. */
function memoryOf(series: string, channels: number): Memory {
  const memory = new Memory();
  const { begin, put } = scoreSlots(memory, channels, [1, 24]);
  put(series, channels - 1, 0, { error: 2, last: 10 });
  put(series, channels - 1, 1, { error: 4, last: 30 });
  begin();
  return memory;
}

test('the error of all horizons beside that of the last value, whichever partition has the series', () => {
  const errorOf = liveErrors([memoryOf('other', 1), memoryOf('a', 1)], ['']);
  expect(errorOf('a')).toBe(6 / 40);
  expect(errorOf('?')).toBeNaN();
});

test('a channel is named as its points are; of one that has nothing nothing is known', () => {
  const errorOf = liveErrors([memoryOf('a.b', 2)], ['lo', 'hi']);
  expect(errorOf('a.b.hi')).toBe(6 / 40);
  expect(errorOf('a.b.lo')).toBeNaN();
  expect(errorOf('a.b')).toBeNaN();
});

test('without the stage `score`, and without a partition, nothing is known', () => {
  expect(liveErrors([new Memory()], [''])('a')).toBeNaN();
  expect(liveErrors([], [''])('a')).toBeNaN();
});
