import { availableParallelism } from 'node:os';
import { expect, test } from 'vitest';
import { TrainSettings } from '../../src/train/settings.ts';
import { quickSettings } from './settings.ts';

test('half of a window is scored, each step once, on all cores, unless it is said otherwise', () => {
  const { train } = quickSettings('a.csv', 'train={steps: 9}');
  expect(train).toMatchObject({ steps: 9, scored: 5, stride: 5 });
  expect(quickSettings('a.csv', 'train.scored=3').train).toMatchObject({ scored: 3, stride: 3 });
  expect(quickSettings('a.csv', 'train.scored=3', 'train.stride=1').train).toMatchObject({ stride: 1 });
  expect(quickSettings('a.csv', 'train.threads=3').train.threads).toBe(3);
  const { train: byDefault } = TrainSettings.parse({ input: { kind: 'file', paths: ['a.csv'] } });
  expect(byDefault.threads).toBe(availableParallelism());
});

test.each([
  ['train.scored=17', 'train.scored: expected at most the 16 steps of a window, got 17'],
  ['train={loss: pinball, quantiles: [0.1, 0.9]}', 'train.quantiles: expected 0.5 among them'],
  ['train={loss: pinball, quantiles: [0.5, 0.5]}', 'train.quantiles: expected each once'],
  ['train.loss=maee', 'did you mean mae?'],
  ['train.epoch=3', 'train.epoch: no such setting; did you mean epochs?'],
])('%s is refused', (set, message) => {
  expect(() => quickSettings('a.csv', set)).toThrow(message);
});
