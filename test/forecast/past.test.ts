import { expect, test } from 'vitest';
import { PAST, Past } from '../../src/forecast/past.ts';
import { Memory } from '../../src/memory/memory.ts';

function past() {
  const memory = new Memory();
  const kept = new Past(memory, 2);
  const row = memory.row('a');
  return { kept, row };
}

test('keeps the last values by step number and says what it does not know', () => {
  const { kept, row } = past();
  for (let k = 1; k <= 400; k++) for (const c of [0, 1]) kept.push(row, c, k, k === 1 ? 0 : 1, k * 10 + c);
  expect(kept.value(row, 0, 400, 400, -1)).toBe(4000);
  expect(kept.value(row, 1, 400 - PAST + 1, 400, -1)).toBe((400 - PAST + 1) * 10 + 1);
  expect(kept.value(row, 0, 400 - PAST, 400, -1)).toBe(-1);
});

test('a step without a reading holds the value before it; before the first there is none', () => {
  const { kept, row } = past();
  kept.push(row, 0, 1, 0, 5);
  kept.push(row, 0, 4, 3, 9);
  expect([1, 2, 3, 4].map((k) => kept.value(row, 0, k, 4, -1))).toEqual([5, 5, 5, 9]);
  expect(kept.value(row, 0, 0, 4, -1)).toBe(-1);
});

test('a gap longer than what is kept leaves no value of before it', () => {
  const { kept, row } = past();
  for (let k = 1; k <= PAST; k++) kept.push(row, 0, k, k === 1 ? 0 : 1, k);
  kept.push(row, 0, 10_000, 10_000 - PAST, 7);
  for (let k = 10_000 - PAST + 1; k < 10_000; k++) expect(kept.value(row, 0, k, 10_000, -1)).toBe(PAST);
  expect(kept.value(row, 0, 10_000, 10_000, -1)).toBe(7);
});
