import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ImageBlocks, Images } from '../../src/memory/images.ts';

// rows that share a block, one that fills it to the last byte, and one that is larger than any
test.each([16, 4800, 1 << 18, (1 << 18) + 16])(
  'images of %i bytes come back as they were, all of them',
  (bytes) => {
    const blocks = new ImageBlocks();
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 255 }), { maxLength: 80 }), (rows) => {
        const images = new Images(bytes, blocks);
        const memory = new Uint8Array(3 * bytes);
        for (const value of rows) images.add(memory.fill(value), bytes);
        memory.fill(0);
        for (const [i, value] of rows.entries()) {
          images.putBack(i, memory, bytes);
          expect([memory[bytes - 1], memory[bytes], memory[2 * bytes - 1], memory[2 * bytes]]).toEqual([
            0,
            value,
            value,
            0,
          ]);
        }
        images.clear();
      }),
      { numRuns: 20 },
    );
  },
);

test('what one has given up the next takes, and what nobody needs any more is let go', () => {
  const blocks = new ImageBlocks();
  const memory = new Uint8Array(1 << 18);
  const many = new Images(1 << 17, blocks);
  for (let i = 0; i < 10; i++) many.add(memory, 0);
  many.clear();
  expect(blocks.free).toBe(5);
  const few = new Images(1 << 17, blocks);
  for (let commit = 0; commit < 200; commit++) {
    for (let i = 0; i < 4; i++) few.add(memory, 0);
    few.clear();
  }
  expect(blocks.free).toBe(2);
});
