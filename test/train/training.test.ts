import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { saveModel } from '../../src/model/load.ts';
import { prepare } from '../../src/run/prepare.ts';
import type { Position } from '../../src/train/checkpoint.ts';
import { Collector } from '../../src/train/collector.ts';
import type { TrainSettings } from '../../src/train/settings.ts';
import { type Progress, Training } from '../../src/train/training.ts';
import { trainingSet } from '../../src/train/training-set.ts';
import { quickSettings } from './settings.ts';
import { csvOf, type Observation, waves } from './signal.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-training-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;
let files = 0;
const SIGNAL = waves(3, 200);

async function open(observations: readonly Observation[], ...set: string[]): Promise<Training> {
  const path = join(folder, `${files++}.csv`);
  writeFileSync(path, csvOf(observations));
  const settings: TrainSettings = quickSettings(path, ...set);
  const { decoder, model, source } = await prepare(settings, silentLog);
  const collector = new Collector(decoder, settings, model.inputKind);
  await source.run(collector, never);
  return new Training(settings, model, trainingSet(collector.take(), 1, model.horizon, settings.train));
}

interface Ended {
  readonly bytes: Buffer;
  readonly position: Position;
  readonly horizons: ReturnType<Training['finish']>['horizons'];
}

async function ended(training: Training): Promise<Ended> {
  const watch = { stop: never, onProgress: () => undefined, onEpoch: () => Promise.resolve() };
  try {
    expect(await training.run(watch)).toBe(true);
    const { model, horizons } = training.finish();
    return { bytes: Buffer.from(saveModel(model)), position: training.position, horizons };
  } finally {
    await training.close();
  }
}

/** Runs until it has looked so often whether it is to stop, which it does before each update and each part of the validation. */
async function upTo(training: Training, looks: number): Promise<void> {
  let left = looks;
  const stop = {
    get aborted() {
      return left-- <= 0;
    },
  } as AbortSignal;
  expect(await training.run({ stop, onProgress: () => undefined, onEpoch: () => Promise.resolve() })).toBe(
    false,
  );
}

describe('the bytes', () => {
  const DROPOUT = ['model.layers=2', 'train.dropout=0.3'];

  test('are the same twice, and with 1, 2 and 4 threads', async () => {
    const [once, ...others] = await Promise.all(
      [1, 1, 2, 4].map(async (threads) =>
        ended(await open(SIGNAL, ...DROPOUT, 'train.epochs=2', 'train.batch=32', `train.threads=${threads}`)),
      ),
    );
    for (const other of others) expect(other).toEqual(once);
  });

  test('are others with another seed', async () => {
    const one = await ended(await open(SIGNAL, 'train.epochs=1'));
    const other = await ended(await open(SIGNAL, 'train.epochs=1', 'model.seed=2'));
    expect(other.bytes.equals(one.bytes)).toBe(false);
  });

  test.each([0, 1, 3, 5, 6, 7, 8, 9, 11])(
    'are the same when it is left after %d looks at the signal and gone on with',
    async (looks) => {
      const set = [...DROPOUT, 'train.epochs=3', 'train.batch=20'];
      const whole = await ended(await open(SIGNAL, ...set));
      const first = await open(SIGNAL, ...set);
      await upTo(first, looks);
      const second = await open(SIGNAL, ...set, 'train.threads=2');
      second.resume(structuredClone(first.checkpoint()));
      await first.close();
      expect(await ended(second)).toEqual(whole);
    },
  );
});

describe('the validation', () => {
  test('is never learned from: other values there change no loss of the training', async () => {
    // the last fifth of 200 steps: from step 161 on
    const cut = SIGNAL[160 * 3]!.time;
    const other = SIGNAL.map((each) => (each.time >= cut ? { ...each, value: each.value * 3 + 7 } : each));
    const [a, b] = [await ended(await open(SIGNAL)), await ended(await open(other))];
    const losses = ({ position }: Ended): unknown[] => position.epochs.map(({ loss }) => loss);
    expect(losses(b)).toEqual(losses(a));
    expect(b.position.epochs[0]!.validation).not.toBe(a.position.epochs[0]!.validation);
  });

  test('ends the training when it has not been better for some epochs; the best epoch is what comes out', async () => {
    // noise: what can be learned of it is learned at once, and what comes later is only learned by heart
    const random = waves(2, 160).map((each, i) => ({ ...each, value: ((i * 7919) % 104_729) % 101 }));
    const set = ['train.epochs=60', 'train.patience=3', 'train.rate=0.03', 'model.hidden=24'];
    const whole = await ended(await open(random, ...set));
    const { epochs, best } = whole.position;
    expect(epochs.length).toBe(best + 3);
    expect(epochs.length).toBeLessThan(60);
    const validations = epochs.map(({ validation }) => validation!);
    expect(validations[best - 1]).toBe(Math.min(...validations));
    const training = await open(random, ...set);
    const looks: Position[] = [];
    const stop = new AbortController();
    await training.run({
      stop: stop.signal,
      onProgress: () => undefined,
      onEpoch: () => {
        looks.push(training.position);
        if (looks.length === best) stop.abort();
        return Promise.resolve();
      },
    });
    const { model } = training.finish();
    await training.close();
    expect(whole.bytes.equals(saveModel(model))).toBe(true);
  });

  test('without one all epochs are made, the last is what comes out, and nothing is said of its errors', async () => {
    const { position, horizons } = await ended(await open(SIGNAL, 'train.validate=0', 'train.patience=1'));
    expect(position.epochs.map(({ validation }) => validation)).toEqual([null, null, null, null]);
    expect([position.best, horizons]).toEqual([4, []]);
  });
});

test.each(['mse', 'mae', 'pinball'])('with the loss %s it learns a wave, and says how well', async (loss) => {
  const set = ['train.epochs=25', 'train.rate=0.02', 'model.hidden=16', `train.loss=${loss}`];
  const { position, horizons } = await ended(await open(SIGNAL, ...set));
  const [first, last] = [position.epochs[0]!.loss!, position.epochs.at(-1)!.loss!];
  expect(last).toBeLessThan(first / 2);
  expect(horizons.map(({ h }) => h)).toEqual([1, 2, 3, 4]);
  for (const { ratio, mae, lastValue } of horizons) {
    expect(ratio).toBeCloseTo(mae / lastValue, 10);
    expect(ratio).toBeLessThan(0.6);
  }
});

test('progress goes from nothing to all, with the seconds that are left', async () => {
  const training = await open(SIGNAL);
  const told: Progress[] = [];
  await training.run({
    stop: never,
    onProgress: (progress) => told.push(progress),
    onEpoch: () => Promise.resolve(),
  });
  await training.close();
  const shares = told.map(({ share }) => share);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(told.at(-1)).toMatchObject({ epoch: 4, epochs: 4, share: 1, secondsLeft: 0, loss: null });
  expect(told.at(-1)!.past.length).toBe(4);
});

test('weights that run away end it', async () => {
  const training = await open(
    SIGNAL,
    'model={cell: rnn, activation: relu}',
    'train={rate: 1, clip: 1.0e+30, warmup: 0, loss: mse, steps: 100, scored: 4}',
  );
  const watch = { stop: never, onProgress: () => undefined, onEpoch: () => Promise.resolve() };
  await expect(training.run(watch)).rejects.toMatchObject({ code: 'TRAINING_FAILED' });
  await training.close();
});
