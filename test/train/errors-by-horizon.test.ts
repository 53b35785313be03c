import { expect, test } from 'vitest';
import { ADAM } from '../../src/learn/adam.ts';
import { initialWeights } from '../../src/learn/initial-weights.ts';
import { Trainer } from '../../src/learn/trainer.ts';
import { errorsByHorizon } from '../../src/train/errors-by-horizon.ts';
import { quickSettings } from './settings.ts';

const STEPS = 4;
const SCORED = 2;
const ROWS = 20;

/** Errors over three windows of a network whose head answers `b`, whatever it reads; two channels, two horizons. */
async function errors(b: readonly number[], targets: Float32Array, served: { outputs: number; at: number }) {
  // z of the channels: the number of the row, and its opposite
  const inputs = Float32Array.from({ length: ROWS * 4 }, (_, i) => {
    const row = Math.floor(i / 4);
    return [row, -row, 0, 1][i % 4]!;
  });
  const lasts = Float32Array.from({ length: ROWS * 2 }, (_, i) => inputs[Math.floor(i / 2) * 4 + (i % 2)]!);
  const { layers } = initialWeights({
    cell: 'lstm',
    inputs: 4,
    hidden: 4,
    layers: 1,
    outputs: b.length,
    seed: 1,
  });
  const rows = { inputs, targets, targetWidth: 4 };
  const trainer = new Trainer({
    shape: { cell: 'lstm', steps: STEPS, scored: SCORED },
    weights: { layers, head: { W: new Float32Array(4 * b.length), b: Float32Array.from(b) } },
    rows,
    loss: served.outputs === 1 ? { kind: 'mae' } : { kind: 'pinball', quantiles: [0.1, 0.5] },
    size: 8,
    dropout: 0,
    seed: 1,
    batch: 2,
    adam: ADAM,
    schedule: { kind: 'constant' },
    threads: 1,
  });
  const none = new Int32Array(0);
  const validate = Int32Array.of(0, 3, 9); // scores rows 2, 3, 5, 6, 11, 12
  const set = {
    rows,
    lasts,
    inputWidth: 4,
    channels: 2,
    horizon: 2,
    train: none,
    validate,
    series: 1,
    tooShort: 0,
  };
  const { train } = quickSettings('x.csv', `train={steps: ${STEPS}, scored: ${SCORED}, batch: 2}`);
  const found = errorsByHorizon(trainer, { ...set, readings: ROWS, fingerprint: '' }, train, served);
  await trainer.close();
  return found;
}

const SCORED_ROWS = [2, 3, 5, 6, 11, 12];
const mean = (numbers: readonly number[]): number => numbers.reduce((a, c) => a + c) / numbers.length;

test('of each horizon over all channels: those of the network, and those of the last value', async () => {
  const found = await errors([1, 2, 3, 4], new Float32Array(ROWS * 4), { outputs: 1, at: 0 });
  const lastValue = mean(SCORED_ROWS);
  expect(found).toEqual([
    { h: 1, mae: 2, lastValue, ratio: 2 / lastValue }, // answers 1 of the one channel and 3 of the other
    { h: 2, mae: 3, lastValue, ratio: 3 / lastValue },
  ]);
});

test('of several outputs for a target, the one that is served', async () => {
  const outputs = [9, 1, 9, 2, 9, 3, 9, 4];
  const found = await errors(outputs, new Float32Array(ROWS * 4), { outputs: 2, at: 1 });
  expect(found.map(({ mae }) => mae)).toEqual([2, 3]);
});

test('targets that are not known count for nothing; a horizon without any is left out', async () => {
  const targets = new Float32Array(ROWS * 4).fill(Number.NaN);
  targets[3 * 4] = 0; // row 3, channel 1, one step ahead
  const found = await errors([1, 2, 3, 4], targets, { outputs: 1, at: 0 });
  expect(found).toEqual([{ h: 1, mae: 1, lastValue: 3, ratio: 1 / 3 }]);
});

test('where the last value is never wrong there is no ratio', async () => {
  const targets = new Float32Array(ROWS * 4).fill(Number.NaN);
  targets[3 * 4] = 3;
  const [found] = await errors([1, 2, 3, 4], targets, { outputs: 1, at: 0 });
  expect(found).toEqual({ h: 1, mae: 2, lastValue: 0, ratio: null });
});
