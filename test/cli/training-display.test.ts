import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { trainingLines } from '../../src/cli/training-display.ts';
import type { Progress } from '../../src/train/training.ts';

let printed = '';
beforeEach(() => {
  printed = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => vi.restoreAllMocks());

const progress = (changes: Partial<Progress>): Progress => ({
  epoch: 1,
  epochs: 9,
  share: 0,
  loss: null,
  past: [],
  best: 0,
  secondsLeft: null,
  ...changes,
});
const A = { loss: 0.5, validation: 0.6 };
const B = { loss: 0.4, validation: 0.7 };

test('a line for each epoch that is over, with the best so far and what is left', () => {
  const lines = trainingLines();
  lines.progress(progress({}));
  lines.progress(progress({ loss: 0.9 }));
  lines.progress(progress({ epoch: 2, past: [A], best: 1, secondsLeft: 3725.2 }));
  lines.progress(progress({ epoch: 2, past: [A], best: 1, loss: 0.3, secondsLeft: 3 }));
  lines.progress(progress({ epoch: 3, past: [A, B], best: 1, secondsLeft: 61 }));
  expect(printed.split('\n')).toEqual([
    'epoch 1/9, loss 0.5000, validation 0.6000, best 0.6000 of epoch 1, 1:02:06 left',
    'epoch 2/9, loss 0.4000, validation 0.7000, best 0.6000 of epoch 1, 1:01 left',
    '',
  ]);
});

test('epochs that a checkpoint had are not told again', () => {
  const lines = trainingLines();
  lines.progress(progress({ epoch: 2, past: [A], best: 1 }));
  expect(printed).toBe('');
});

test('without a validation the loss says which epoch is the best', () => {
  const lines = trainingLines();
  lines.progress(progress({}));
  lines.progress(progress({ epoch: 2, past: [{ loss: 0.5, validation: null }], best: 1 }));
  expect(printed).toBe('epoch 1/9, loss 0.5000, best 0.5000 of epoch 1\n');
});
