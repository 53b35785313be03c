import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CELL_NAMES } from '../../src/cell/cells.ts';
import { createModel, modelOf } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';

const small = (more: object = {}) => createModel(ModelSettings.parse({ hidden: 3, horizon: 2, ...more }), 2);

test('weights are uniform in ±1/√H, and the same for the same seed', () => {
  const { layers, head } = small({ hidden: 64 });
  const numbers = [...layers[0]!.W, ...layers[0]!.b, ...head.W, ...head.b];
  expect(Math.max(...numbers)).toBeLessThanOrEqual(1 / 8);
  expect(Math.max(...numbers)).toBeGreaterThan(0.12);
  expect(Math.min(...numbers)).toBeLessThan(-0.12);
  expect(Math.abs(numbers.reduce((sum, w) => sum + w, 0) / numbers.length)).toBeLessThan(0.002);
  expect(small()).toEqual(small());
  expect(small({ seed: 2 }).layers).not.toEqual(small().layers);
});

test.each(CELL_NAMES)('%s: the tensors have the shapes that the cell asks for', (cell) => {
  const { layers, head, cell: used, inputs } = small({ cell, layers: 2 });
  expect(inputs).toBe(4);
  expect(layers.map(({ input, W, b }) => [input, W.length, b.length])).toEqual([
    [4, (3 + 4) * used.gates * 3, used.biases * 3],
    [3, (3 + 3) * used.gates * 3, used.biases * 3],
  ]);
  expect([head.W.length, head.b.length]).toEqual([3 * 2 * 2, 2 * 2]);
});

test('with inputs gaps: I = 2 × channels + 3, and another fingerprint', () => {
  const model = small({ inputs: 'gaps', layers: 2 });
  expect([model.inputs, model.inputKind]).toEqual([7, 'gaps']);
  expect(model.layers.map(({ input }) => input)).toEqual([7, 3]);
  expect([small().inputs, small().inputKind]).toEqual([4, 'plain']);
  expect(model.fingerprint).not.toBe(small({ layers: 2 }).fingerprint);
});

test('one I, two ways to read it: 3 channels, or 1 with masks', () => {
  const shape = { hidden: 3, horizon: 3 };
  const three = createModel(ModelSettings.parse(shape), 3);
  const { layers, head } = three;
  const one = modelOf({ cell: 'lstm', channels: 1, horizon: 9, layers, head });
  expect([three.inputKind, one.inputKind, one.inputs]).toEqual(['plain', 'gaps', 5]);
  expect(one.fingerprint).not.toBe(three.fingerprint);
});

test('the weights of a seed are pinned: state that is kept goes with them', () => {
  const { layers, head } = createModel(ModelSettings.parse({}), 1);
  const hash = createHash('sha256');
  for (const { W, b } of [...layers, head])
    hash.update(new Uint8Array(W.buffer)).update(new Uint8Array(b.buffer));
  expect(hash.digest('hex').slice(0, 16)).toMatchInlineSnapshot(`"166592374862a39c"`);
});

test('is called after its cell and hidden size, unless it has a name', () => {
  expect(small({ cell: 'gru' }).name).toBe('gru3');
  expect(small({ name: 'pump' }).name).toBe('pump');
});

test('settings of a model in a file are not for createModel', () => {
  expect(() => createModel(ModelSettings.parse({ file: 'm.safetensors' }), 1)).toThrow(
    expect.objectContaining({ code: 'SETTINGS_INVALID' }),
  );
});

describe('the fingerprint', () => {
  test('changes with each tensor and with all that says how to use them', () => {
    const model = small({ cell: 'rnn' });
    const { layers, head, channels, horizon } = model;
    const parts = { cell: 'rnn', channels, horizon, layers, head } as const;
    const nudged = (tensor: Float32Array): Float32Array => tensor.map((w, i) => (i === 0 ? -w : w));
    const [layer] = layers;
    const others = [
      modelOf({ ...parts, layers: [{ ...layer!, W: nudged(layer!.W) }] }),
      modelOf({ ...parts, layers: [{ ...layer!, b: nudged(layer!.b) }] }),
      modelOf({ ...parts, head: { ...head, W: nudged(head.W) } }),
      modelOf({ ...parts, head: { ...head, b: nudged(head.b) } }),
      modelOf({ ...parts, activation: 'relu' }),
      modelOf({ ...parts, cell: 'lstm' }),
      modelOf({ ...parts, channels: 1, horizon: 4 }),
      modelOf({ ...parts, layers: [{ ...layer!, hidden: 4, input: 3 }] }),
    ];
    expect(new Set([model, ...others].map(({ fingerprint }) => fingerprint)).size).toBe(9);
  });

  test('is not that of a name or of a seed: the same numbers forecast the same', () => {
    const { fingerprint, layers, head } = small();
    expect(small({ name: 'pump' }).fingerprint).toBe(fingerprint);
    expect(modelOf({ cell: 'lstm', channels: 2, horizon: 2, layers, head }).fingerprint).toBe(fingerprint);
    expect(small({ activation: 'relu' }).fingerprint).toBe(fingerprint); // an LSTM has its own
  });
});
