import { expect, test } from 'vitest';
import { Arena } from '../../src/memory/arena.ts';

test('hands out zeroed blocks that do not overlap and never the lowest page', () => {
  const arena = new Arena();
  const blocks = Array.from({ length: 50 }, () => arena.take(1 << 16));
  expect(Math.min(...blocks)).toBeGreaterThanOrEqual(65_536);
  expect(new Set(blocks).size).toBe(50);
  const sorted = blocks.toSorted((a, b) => a - b);
  sorted.slice(1).forEach((block, i) => expect(block - sorted[i]!).toBeGreaterThanOrEqual(1 << 16));
});

test('a block given back is handed out again, zeroed', () => {
  const arena = new Arena();
  const block = arena.take(1024);
  arena.view().u8.fill(7, block, block + 1024);
  arena.giveBack(block, 1024);
  expect(arena.take(1024)).toBe(block);
  expect(
    arena
      .view()
      .u8.subarray(block, block + 1024)
      .every((byte) => byte === 0),
  ).toBe(true);
});

test('growth detaches the views taken before it, and a new view sees the same numbers', () => {
  const arena = new Arena();
  const block = arena.take(1024);
  const before = arena.view();
  before.f64[block / 8] = 42;
  for (let i = 0; i < 40; i++) arena.take(1 << 16);
  expect(before.f64.length).toBe(0);
  expect(arena.view().f64[block / 8]).toBe(42);
});
