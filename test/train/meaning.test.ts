import { expect, test } from 'vitest';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { meaningOf } from '../../src/train/meaning.ts';
import { quickSettings } from './settings.ts';

const modelOf = (seed: number) => createModel(ModelSettings.parse({ hidden: 8, horizon: 4, seed }), 1);
const meaning = (...set: string[]) => meaningOf(quickSettings('x.csv', ...set), modelOf(1));

test.each([
  ['train.rate=0.5', 'train.rate'],
  ['train.epochs=9', 'train.epochs'],
  ['align.every=1m', 'align.every'],
  ['align.gaps=mask', 'align.gaps'],
  ['scale.window=50', 'scale.window'],
  ['model.seed=3', 'model.seed'],
])('%s changes it, under its path', (set, path) => {
  const [before, after] = [meaning(), meaning(set)];
  const changed = Object.keys(after).filter((key) => before[key] !== after[key] && key !== 'train.quantiles');
  expect(changed).toEqual([path]);
});

test.each([
  'train.threads=7',
  'train.maxReadings=5',
  'input.paths=[y.csv]',
  'output.kind=none',
  'model.name=other',
])('%s does not', (set) => {
  expect(meaning(set)).toEqual(meaning());
});

test('of a model from a file its weights count, not where it lies', () => {
  const from = (file: string, seed: number) =>
    meaningOf(quickSettings('x.csv', `model={file: ${file}}`), modelOf(seed));
  expect(from('a', 1)).toEqual(from('b', 1));
  expect(from('a', 1)).not.toEqual(from('a', 2));
  expect(from('a', 1)).not.toEqual(meaning());
});

test('the inputs of the model are part of it', () => {
  const seen = (inputs: string): unknown => {
    const model = createModel(ModelSettings.parse({ hidden: 8, horizon: 4, inputs }), 1);
    return meaningOf(quickSettings('x.csv'), model)['model.inputs'];
  };
  expect([seen('plain'), seen('gaps')]).toEqual(['plain', 'gaps']);
});
