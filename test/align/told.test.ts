import { expect, test } from 'vitest';
import { align, AlignSettings } from '../../src/align/align.ts';
import { Told } from '../../src/align/told.ts';
import { Memory } from '../../src/memory/memory.ts';

test('gives back what was told of a reading and is not any more', () => {
  const memory = new Memory();
  align(memory, AlignSettings.parse({ every: '1m', grace: '1m', graceReadings: 4 }));
  const told = Told.of(memory, 'detect', 2)!;
  const row = memory.row('s');
  expect([told.tell(row, 1, 0, 5), told.tell(row, 1, 1, 2), told.tell(row, 2, 0, 1)]).toEqual([0, 0, 0]);
  expect(told.tell(row, 1, 0, 3)).toBe(4);
  expect(told.tell(row, 1, 0, 0)).toBe(3);
  expect(told.tell(row, 1, 1, 2)).toBe(0);
  expect(told.tell(row, 2, 0, 0)).toBe(1);
  expect([told.tell(row, -1, 0, 7), told.tell(row, -1, 0, 0)]).toEqual([0, 0]);
});

test('there is none where no late readings are taken in', () => {
  const memory = new Memory();
  align(memory, AlignSettings.parse({ every: '1m' }));
  expect(Told.of(memory, 'score', 1)).toBeUndefined();
});
