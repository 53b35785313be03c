import { expect, test } from 'vitest';
import { Blocks } from '../../src/detect/blocks.ts';
import { Memory } from '../../src/memory/memory.ts';

/** [mean, extreme] of each block of the channel in the middle of three. */
function blocksOf(values: readonly number[], length: number): number[][] {
  const memory = new Memory();
  const blocks = new Blocks(memory, 'blocks', 3, length);
  const row = memory.row('a');
  return values.flatMap((value, i) => {
    blocks.take(row, 0, -1000 * i);
    blocks.take(row, 2, 1000 * i);
    if (!blocks.take(row, 1, value)) return [];
    expect(blocks.count(row, 1)).toBe((i + 1) / length);
    return [[blocks.mean(row, 1), blocks.extreme(row, 1)]];
  });
}

test('one after the other: the rest of a block has no end', () => {
  expect(blocksOf([1, 2, 3, 4, 5, 6, 7], 3)).toEqual([
    [2, 3],
    [5, 6],
  ]);
});

test('a block may be one reading', () => {
  expect(blocksOf([5, -7, 0], 1)).toEqual([
    [5, 5],
    [-7, -7],
    [0, 0],
  ]);
});

// Seen to fail where the centre goes a third of the way, and where the lower of equally far ones is taken.
test('the extreme is the reading that is farthest from the centre, which goes half of the way at each block', () => {
  // centres: 0, 5, 7.5; of equally far ones the higher
  expect(blocksOf([-1, 1, 9, 11, 4, 16], 2)).toEqual([
    [0, 1],
    [10, 11],
    [10, 16],
  ]);
  // centres: 10, 5, 2.5: the block's own middle is nearer to its lowest
  expect(blocksOf([10, 10, 0, 0, 0, 4], 2)).toEqual([
    [10, 10],
    [0, 0],
    [2, 0],
  ]);
});
