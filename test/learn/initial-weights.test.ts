import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { CELL_NAMES, cellOf } from '../../src/cell/cells.ts';
import { initialWeights } from '../../src/learn/initial-weights.ts';

const SIZES = { inputs: 3, hidden: 25, layers: 2, outputs: 4, seed: 1 } as const;

test('shapes, and PyTorch ranges: ±1/√H, biases the sum of two', () => {
  for (const cell of CELL_NAMES) {
    const { gates, biases } = cellOf(cell);
    const { layers, head } = initialWeights({ ...SIZES, cell });
    expect(layers.map(({ input, hidden, W, b }) => [input, hidden, W.length, b.length])).toEqual([
      [3, 25, 28 * gates * 25, biases * 25],
      [25, 25, 50 * gates * 25, biases * 25],
    ]);
    expect([head.W.length, head.b.length]).toEqual([100, 4]);
    for (const numbers of [...layers.map(({ W }) => W), head.W]) {
      const most = Math.max(...numbers.map(Math.abs));
      expect(most).toBeGreaterThan(0.19);
      expect(most).toBeLessThanOrEqual(Math.fround(0.2));
    }
    const most = Math.max(...layers[0]!.b.map(Math.abs));
    expect(most).toBeGreaterThan(0.2);
    expect(most).toBeLessThanOrEqual(Math.fround(0.4));
  }
});

test.each([
  ['rnn', 'd734c0983f7470a3'],
  ['lstm', '2a57010484b10907'],
  ['gru', '8cd5bcd573cda4b3'],
] as const)('%s: the weights of a seed stay what they are, as do the models made of it', (cell, expected) => {
  const { layers, head } = initialWeights({ ...SIZES, cell });
  const hash = createHash('sha256');
  for (const { W, b } of [...layers, head]) hash.update(W).update(b);
  expect(hash.digest('hex').slice(0, 16)).toBe(expected);
});

test('the same seed, the same weights; a forget bias touches nothing else', () => {
  const plain = initialWeights({ ...SIZES, cell: 'lstm' });
  expect(initialWeights({ ...SIZES, cell: 'lstm' })).toEqual(plain);
  expect(initialWeights({ ...SIZES, cell: 'lstm', seed: 2 })).not.toEqual(plain);
  const biased = initialWeights({ ...SIZES, cell: 'lstm', forgetBias: 1 });
  expect(biased.layers[1]!.W).toEqual(plain.layers[1]!.W);
  const b = plain.layers[1]!.b.slice().fill(1, 25, 50);
  expect(biased.layers[1]!.b).toEqual(b);
});
