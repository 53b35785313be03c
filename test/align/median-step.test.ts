import { expect, test } from 'vitest';
import { MedianStep } from '../../src/align/median-step.ts';
import { Memory } from '../../src/memory/memory.ts';
import { seededRandom } from '../../src/model/random.ts';

function medians(deltas: readonly number[]): number[] {
  const memory = new Memory();
  const step = new MedianStep(memory);
  const row = memory.row('a');
  return deltas.map((delta) => step.take(row, delta));
}

test('is not known before three readings have followed another', () => {
  expect(medians([10, 10, 10])).toEqual([0, 0, 10]);
});

test('is the median of the last 17, in whole ms and at least one', () => {
  const random = seededRandom(4);
  const deltas = Array.from({ length: 200 }, () => Math.floor(random() * 50) / 4);
  const expected = deltas.map((_, i) => {
    const last = deltas.slice(Math.max(0, i - 16), i + 1).toSorted((a, b) => a - b);
    return last.length < 3 ? 0 : Math.max(1, Math.round(last[Math.floor(last.length / 2)]!));
  });
  expect(medians(deltas)).toEqual(expected);
});

test('each series has its own', () => {
  const memory = new Memory();
  const step = new MedianStep(memory);
  const rows = [memory.row('a'), memory.row('b')] as const;
  for (let i = 0; i < 5; i++) for (const [s, row] of rows.entries()) step.take(row, s === 0 ? 10 : 70);
  expect(rows.map((row) => step.take(row, 10))).toEqual([10, 70]);
});
