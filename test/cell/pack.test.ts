import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellOf } from '../../src/cell/cells.ts';
import { packLayer, unpackLayer } from '../../src/cell/pack.ts';
import { NAMED_CELLS } from './cells.ts';

test('unpacked, the numbers stand where they stood; padding is zero', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...NAMED_CELLS.map(([, cell]) => cell)),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 1, max: 9 }),
      (cell, hidden, input) => {
        // every number is another one, so that none can stand in another's place
        const W = Float32Array.from({ length: (hidden + input) * cell.gates * hidden }, (_, i) => i + 1);
        const b = Float32Array.from({ length: cell.biases * hidden }, (_, i) => -i - 1);
        const weights = { hidden, input, W, b };
        const packed = packLayer(cell, weights);
        const back = unpackLayer(cell, weights, packed);
        expect(back.W).toEqual(W);
        expect(back.b).toEqual(b);
        const count = (numbers: Float32Array): number => numbers.filter((value) => value !== 0).length;
        expect(packed.b.length % 4).toBe(0);
        expect(count(packed.b)).toBe(b.length);
        // the GRU's n over h and over X are packed apart; together they are all of W
        expect(count(packed.W)).toBe(W.length);
      },
    ),
  );
});

test('a row of 32 columns lies together', () => {
  const cell = cellOf('lstm');
  const W = Float32Array.from({ length: 9 * 32 }, (_, i) => i);
  const { W: packed } = packLayer(cell, { hidden: 8, input: 1, W, b: new Float32Array(32) });
  expect(packed).toEqual(W);
});
