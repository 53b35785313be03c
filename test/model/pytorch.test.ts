import { describe, expect, test } from 'vitest';
import { CELL_NAMES } from '../../src/cell/cells.ts';
import { ForetideError } from '../../src/errors.ts';
import { createModel, modelOf } from '../../src/model/model.ts';
import { fromPyTorch, toPyTorch } from '../../src/model/pytorch.ts';
import type { Tensor } from '../../src/model/safetensors.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { cellCases, weightsOf } from '../reference/cells.ts';

type Tensors = Map<string, Tensor>;

const zeros = (...shape: number[]): Tensor => ({
  shape,
  data: new Float32Array(shape.reduce((product, length) => product * length, 1)),
});

/** The state_dict of an untrained LSTM: H = 4, I = 3, R = 6 rows of the head. */
function lstmOf(prefix = 'lstm.', beside = ''): Tensors {
  return new Map([
    [`${prefix}weight_ih_l0`, zeros(16, 3)],
    [`${prefix}weight_hh_l0`, zeros(16, 4)],
    [`${prefix}bias_ih_l0`, zeros(16)],
    [`${prefix}bias_hh_l0`, zeros(16)],
    [`${beside}head.weight`, zeros(6, 4)],
    [`${beside}head.bias`, zeros(6)],
  ]);
}

function faultOf(tensors: Tensors): ForetideError {
  try {
    fromPyTorch(tensors, 'x.safetensors');
  } catch (error) {
    if (error instanceof ForetideError && error.code === 'MODEL_INVALID') return error;
    throw error;
  }
  throw new Error('It was accepted');
}

describe('from PyTorch', () => {
  test.each(cellCases())('$name: W and b as the cells want them', (fixture) => {
    const { hidden: H, input, layers, kind } = fixture;
    const tensors: Tensors = new Map(
      Object.entries(fixture.weights).map(([name, numbers]) => {
        const shape = name.startsWith('bias')
          ? [numbers.length]
          : [numbers.length / (name.includes('ih_l0') ? input : H), name.includes('ih_l0') ? input : H];
        return [`net.${name}`, { shape, data: Float32Array.from(numbers) }];
      }),
    );
    const channels = input - 2;
    const head = {
      W: Float32Array.from({ length: 3 * channels * H }, (_, i) => i),
      b: Float32Array.from({ length: 3 * channels }, (_, i) => -i),
    };
    tensors.set('head.weight', { shape: [3 * channels, H], data: head.W });
    tensors.set('head.bias', { shape: [3 * channels], data: head.b });
    const parts = fromPyTorch(tensors);
    expect(parts).toMatchObject({ cell: kind, channels, horizon: 3 });
    expect(parts.layers).toHaveLength(layers);
    expect(parts.layers).toStrictEqual(weightsOf(fixture).layers);
    // [R][H] becomes [H][R]
    expect(parts.head.W[1]).toBe(H);
    expect(parts.head.W[3 * channels]).toBe(1);
    expect(parts.head.b).toEqual(head.b);
  });

  test.each([
    ['', ''],
    ['lstm.', ''],
    ['rnn.', ''],
    ['.', '.'],
    ['model.lstm.', 'model.'],
    ['module.net.cell.', 'module.net.'],
  ])('finds the module under the prefix "%s" and the head beside it', (prefix, beside) => {
    expect(fromPyTorch(lstmOf(prefix, beside))).toMatchObject({ cell: 'lstm', channels: 1, horizon: 6 });
  });

  test('channels follow from the inputs, the horizon from the head', () => {
    const two = lstmOf().set('lstm.weight_ih_l0', zeros(16, 4));
    expect(fromPyTorch(two)).toMatchObject({ channels: 2, horizon: 3 });
  });

  test.each([
    [5, {}, 3, 2],
    [5, { channels: 3 }, 3, 2],
    [5, { channels: 1 }, 1, 6],
    [5, { inputs: 'gaps' }, 1, 6],
    [5, { inputs: 'plain' }, 3, 2],
    [5, { channels: 1, inputs: 'plain' }, 1, 6], // who compares the settings tells
    [5, { channels: 2 }, 3, 2],
    [7, { channels: 2 }, 2, 3],
    [9, { inputs: 'gaps' }, 3, 2],
    [4, { channels: 1 }, 2, 3],
    [4, { inputs: 'gaps' }, 2, 3], // there is no other way to read it
    [3, { inputs: 'gaps' }, 1, 6],
  ] as const)('%d inputs, of which is known %j: %d channels, horizon %d', (I, known, channels, horizon) => {
    const tensors = lstmOf().set('lstm.weight_ih_l0', zeros(16, I));
    expect(fromPyTorch(tensors, 'x', known)).toMatchObject({ channels, horizon });
  });

  test('too few inputs for either', () => {
    const few = lstmOf().set('lstm.weight_ih_l0', zeros(16, 2));
    expect(() => fromPyTorch(few)).toThrow('of [16, channels + 2] or [16, 2 × channels + 3], got [16, 2]');
  });
});

describe('to PyTorch', () => {
  test.each(CELL_NAMES)('and back, %s: bit for bit, zeros with their sign', (cell) => {
    const model = createModel(ModelSettings.parse({ cell, hidden: 5, layers: 3, horizon: 2 }), 2);
    model.layers[0]!.b.fill(-0, 0, 3);
    model.layers[1]!.b.fill(0);
    model.layers[2]!.W.fill(-0, 7, 9);
    const parts = fromPyTorch(toPyTorch(model));
    expect(parts.layers).toStrictEqual(model.layers);
    expect(parts.head).toStrictEqual(model.head);
    expect(modelOf(parts).fingerprint).toBe(modelOf({ ...parts, layers: model.layers }).fingerprint);
  });

  test('the names and shapes are those of a state_dict; the tensors share no bytes with the model', () => {
    const model = createModel(ModelSettings.parse({ cell: 'gru', hidden: 5, layers: 2, horizon: 2 }), 2);
    const tensors = toPyTorch(model);
    expect(Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]))).toEqual({
      'gru.weight_ih_l0': [15, 4],
      'gru.weight_hh_l0': [15, 5],
      'gru.bias_ih_l0': [15],
      'gru.bias_hh_l0': [15],
      'gru.weight_ih_l1': [15, 5],
      'gru.weight_hh_l1': [15, 5],
      'gru.bias_ih_l1': [15],
      'gru.bias_hh_l1': [15],
      'head.weight': [4, 5],
      'head.bias': [4],
    });
    // of the second bias only that of the n gate is not zero
    const b_hh = tensors.get('gru.bias_hh_l0')!.data;
    expect([...b_hh.subarray(0, 10)].every((b) => b === 0)).toBe(true);
    expect(b_hh.subarray(10)).toEqual(model.layers[0]!.b.subarray(15));
    const before = model.fingerprint;
    for (const { data } of tensors.values()) data.fill(9);
    expect(modelOf({ ...model, cell: 'gru' }).fingerprint).toBe(before);
  });
});

describe('what does not fit is named', () => {
  const without = (name: string): Tensors => {
    const tensors = lstmOf();
    tensors.delete(name);
    return tensors;
  };

  test.each([
    [
      'a missing bias',
      without('lstm.bias_hh_l0'),
      'expected "lstm.bias_hh_l0" of [16], got no "lstm.bias_hh_l0"',
    ],
    ['a missing head', without('head.weight'), '"head.weight" of [channels × horizon, …]'],
    [
      'a linear layer of another name',
      without('head.bias').set('fc.bias', zeros(6)),
      '"fc.bias" of [6], which has no use',
    ],
    [
      'a shape',
      lstmOf().set('lstm.bias_ih_l0', zeros(4, 4)),
      'expected "lstm.bias_ih_l0" of [16], got "lstm.bias_ih_l0" of [4, 4]',
    ],
    [
      'a head for another H',
      lstmOf().set('head.weight', zeros(6, 5)),
      'expected "head.weight" of [6, 4], got "head.weight" of [6, 5]',
    ],
    ['half a second layer', lstmOf().set('lstm.weight_ih_l1', zeros(16, 4)), 'no "lstm.weight_hh_l1"'],
    [
      'a layer above a gap',
      lstmOf().set('lstm.weight_ih_l2', zeros(16, 4)),
      '"lstm.weight_ih_l2" of [16, 4], which has no use',
    ],
    [
      'no recurrent module',
      new Map([['head.weight', zeros(6, 4)]]),
      'expected one tensor weight_ih_l0, with or without a prefix, got "head.weight"',
    ],
    ['nothing', new Map(), 'got no tensors'],
    ['two modules', new Map([...lstmOf(), ...lstmOf('b.')]), 'got "lstm.weight_ih_l0"; "b.weight_ih_l0"'],
    ['two gates', lstmOf().set('lstm.weight_hh_l0', zeros(8, 4)), 'G = 1 (RNN), 3 (GRU)'],
    ['a matrix with nothing in it', lstmOf().set('lstm.weight_hh_l0', zeros(0, 0)), 'got [0, 0]'],
    ['no matrix of h', without('lstm.weight_hh_l0'), 'got none'],
    [
      'no inputs but the time',
      lstmOf().set('lstm.weight_ih_l0', zeros(16, 2)),
      'Train it on X_t = [z of each channel, sin and cos',
    ],
    [
      'a head that fits no channels',
      lstmOf().set('lstm.weight_ih_l0', zeros(16, 6)),
      '4 (channels) × 1 to 512 (steps ahead) rows of "head.weight", got 6',
    ],
    ['both directions', lstmOf().set('lstm.weight_ih_l0_reverse', zeros(16, 3)), 'bidirectional=False'],
    ['projections', lstmOf().set('lstm.weight_hr_l0', zeros(2, 4)), 'proj_size=0'],
  ])('%s', (_, tensors, part) => {
    const { message, facts } = faultOf(tensors as Tensors);
    expect(message).toContain(part);
    expect(facts).toMatchObject({
      where: 'x.safetensors',
      expected: expect.any(String),
      got: expect.any(String),
      todo: expect.any(String),
    });
  });

  test('nine layers, 2,000 hidden units and 600 steps are more than a model may have', () => {
    const deep = lstmOf();
    for (let l = 1; l < 9; l++) {
      deep.set(`lstm.weight_ih_l${l}`, zeros(16, 4)).set(`lstm.weight_hh_l${l}`, zeros(16, 4));
      deep.set(`lstm.bias_ih_l${l}`, zeros(16)).set(`lstm.bias_hh_l${l}`, zeros(16));
    }
    expect(faultOf(deep).message).toContain('"lstm.weight_ih_l8" of [16, 4], which has no use');
    expect(faultOf(lstmOf().set('lstm.weight_hh_l0', zeros(2000, 2000))).message).toContain('H up to 1024');
    const far = lstmOf().set('head.weight', zeros(600, 4)).set('head.bias', zeros(600));
    expect(faultOf(far).message).toContain('got 600');
  });

  test('biases whose sum is beyond float32', () => {
    const large = { shape: [16], data: new Float32Array(16).fill(3e38) };
    const tensors = lstmOf().set('lstm.bias_ih_l0', large).set('lstm.bias_hh_l0', large);
    expect(faultOf(tensors).message).toContain('too large to be added');
  });

  test('of a thousand names only some are told, and a long one is cut', () => {
    const tensors = lstmOf();
    for (let i = 0; i < 1000; i++) tensors.set(`${'x'.repeat(10_000)}${i}`, zeros(1));
    const { message } = faultOf(tensors);
    expect(message).toContain('and 994 more');
    expect(message.length).toBeLessThan(1000);
  });
});
