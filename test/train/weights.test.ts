import { expect, test } from 'vitest';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { firstWeights, lossSettings, trainedModel } from '../../src/train/weights.ts';
import { quickSettings } from './settings.ts';

const PINBALL = 'train={loss: pinball, quantiles: [0.1, 0.5, 0.8]}';
const model = createModel(ModelSettings.parse({ hidden: 8, horizon: 4, seed: 7 }), 2);

test('a forget gate begins open, and the seed says with what the rest begins', () => {
  const { layers, head } = firstWeights(quickSettings('x.csv'), model);
  const { b } = layers[0]!;
  expect([...b.subarray(8, 16)]).toEqual(Array.from({ length: 8 }, () => 1));
  expect([head.W.length, head.b.length]).toEqual([8 * 8, 8]);
  expect(firstWeights(quickSettings('x.csv'), model)).toEqual({ layers, head });
  expect(firstWeights(quickSettings('x.csv', 'model.seed=2'), model)).not.toEqual({ layers, head });
  const { layers: closed } = firstWeights(quickSettings('x.csv', 'train.forgetBias=-2'), model);
  expect(closed[0]!.b[8]).toBe(-2);
});

test('with a file the training goes on from its weights', () => {
  const { layers, head } = firstWeights(quickSettings('x.csv', 'model={file: m.safetensors}'), model);
  expect({ layers, head }).toEqual({ layers: model.layers, head: model.head });
});

test('each quantile begins with the head of one; what is served is the median', () => {
  const settings = quickSettings('x.csv', PINBALL, 'model={file: m.safetensors}');
  expect(lossSettings(settings)).toEqual({ kind: 'pinball', quantiles: [0.1, 0.5, 0.8] });
  const { layers, head } = firstWeights(settings, model);
  expect(head.b.length).toBe(3 * 8);
  expect([...head.b.subarray(0, 6)]).toEqual([0, 0, 0, 1, 1, 1].map((i) => model.head.b[i]));
  expect(trainedModel(settings, model, { layers, head }).fingerprint).toBe(model.fingerprint);
  const moved = { W: head.W.map((w, i) => w + (i % 3)), b: head.b.map((w, i) => w + (i % 3)) };
  const served = trainedModel(settings, model, { layers, head: moved });
  expect(served.head).toEqual({ W: model.head.W.map((w) => w + 1), b: model.head.b.map((w) => w + 1) });
});

test('the model has the name of the settings', () => {
  const { layers, head } = model;
  expect(trainedModel(quickSettings('x.csv'), model, { layers, head }).name).toBe('lstm8');
  const named = quickSettings('x.csv', 'model.name=mine');
  expect(trainedModel(named, model, { layers, head }).name).toBe('mine');
});
