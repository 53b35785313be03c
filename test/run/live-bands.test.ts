import { expect, test } from 'vitest';
import { Memory } from '../../src/memory/memory.ts';
import { liveBands } from '../../src/run/live-bands.ts';
import { scoreSlots } from './scores.ts';

/** A Memory of two horizons in which one series has these figures in its last channel. */
function memoryOf(series: string, channels: number): Memory {
  const memory = new Memory();
  const { begin, put } = scoreSlots(memory, channels, [1, 24]);
  put(series, channels - 1, 0, { bands: 40, covered: 36, coverage: 0.875, width: 2.5 });
  put(series, channels - 1, 1, { bands: 20, covered: 10, coverage: 0.5, width: 7 });
  begin();
  return memory;
}

const bands = [
  { h: '01', targets: 40, overall: 0.9, coverage: 0.875, width: 2.5 },
  { h: '24', targets: 20, overall: 0.5, coverage: 0.5, width: 7 },
];

test('each horizon of a series, whichever partition has it', () => {
  const memories = [memoryOf('other', 1), memoryOf('a', 1)];
  expect(liveBands(memories, [''], 'a')).toEqual(bands);
});

test('a channel is named as its points are', () => {
  const memories = [memoryOf('a.b', 2)];
  expect(liveBands(memories, ['lo', 'hi'], 'a.b.hi')).toEqual(bands);
  expect(liveBands(memories, ['lo', 'hi'], 'a.b.lo')).toEqual([]);
  expect(liveBands(memories, ['lo', 'hi'], 'a.b')).toEqual([]);
});

test('nothing of what is not known', () => {
  expect(liveBands([memoryOf('a', 1)], [''], '?')).toEqual([]);
  expect(liveBands([new Memory()], [''], 'a')).toEqual([]);
  expect(liveBands([], [''], 'a')).toEqual([]);
});
