import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadModel } from '../../src/model/load.ts';
import { seededRandom } from '../../src/model/random.ts';
import type { TrainSettings } from '../../src/train/settings.ts';
import {
  type Stopped,
  train,
  type Trained,
  type TrainingFacts,
  type TrainOptions,
} from '../../src/train/train.ts';
import type { Progress } from '../../src/train/training.ts';
import { quickSettings } from './settings.ts';
import { csvOf, waves } from './signal.ts';

const folder = mkdtempSync(join(tmpdir(), 'foretide-train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string): string => join(folder, name);
const never = new AbortController().signal;

const OBSERVATIONS = waves(3, 200);
const DATA = path('waves.csv');
writeFileSync(DATA, csvOf(OBSERVATIONS));

const options = (name: string, settings: TrainSettings): TrainOptions => ({
  settings,
  out: path(name),
  checkpoint: path(`${name}.checkpoint`),
  stop: never,
});
const trained = async (name: string, ...set: string[]): Promise<Trained> =>
  (await train(options(name, quickSettings(DATA, ...set)))) as Trained;

test('leaves a model that loads, says what it is, and nothing else', async () => {
  const told: TrainingFacts[] = [];
  const ended = (await train({
    ...options('whole', quickSettings(DATA, 'model.name=waves')),
    onBegin: (facts) => told.push(facts),
  })) as Trained;
  const bytes = readFileSync(path('whole'));
  const model = loadModel(bytes);
  expect(ended).toMatchObject({
    model: 'waves',
    out: path('whole'),
    bytes: bytes.length,
    fingerprint: model.fingerprint,
    series: 3,
    readings: 600,
    setAside: 0,
    tooShort: 0,
  });
  expect(model).toMatchObject({ name: 'waves', hidden: 8, horizon: 4, channels: 1 });
  expect(ended).toMatchObject(told[0]!);
  expect(readdirSync(folder).filter((name) => name.startsWith('whole'))).toEqual(['whole']);
});

/** Stops after so many epochs; what is left then. */
async function stopped(name: string, epochs: number, ...set: string[]): Promise<Stopped> {
  const stop = new AbortController();
  const onProgress = ({ past }: Progress): void => {
    if (past.length >= epochs) stop.abort();
  };
  return (await train({
    ...options(name, quickSettings(DATA, ...set)),
    stop: stop.signal,
    onProgress,
  })) as Stopped;
}

describe('a training that was stopped', () => {
  test('leaves a checkpoint and no model; gone on with, it leaves the very bytes of one that was not', async () => {
    await trained('uninterrupted');
    expect(await stopped('interrupted', 2)).toEqual({
      epochs: 2,
      checkpoint: path('interrupted.checkpoint'),
    });
    expect(existsSync(path('interrupted'))).toBe(false);
    const ended = (await train({
      ...options('interrupted', quickSettings(DATA, 'train.threads=2')),
      resume: true,
    })) as Trained;
    expect(ended.resumedFrom).toBe(2);
    expect(readFileSync(path('interrupted'))).toEqual(readFileSync(path('uninterrupted')));
    expect(existsSync(path('interrupted.checkpoint'))).toBe(false);
  });

  test('is not gone on with under other settings, nor on other readings, and its checkpoint stays', async () => {
    await stopped('other', 1);
    const again = (settings: TrainSettings) => train({ ...options('other', settings), resume: true });
    await expect(again(quickSettings(DATA, 'train.rate=0.5', 'model.hidden=9'))).rejects.toMatchObject({
      code: 'STATE_MISMATCH',
      facts: { expected: 'model.hidden 8, train.rate 0.01', got: 'model.hidden 9, train.rate 0.5' },
    });
    const [first, ...rest] = OBSERVATIONS;
    writeFileSync(path('others.csv'), csvOf([{ ...first!, value: first!.value + 1 }, ...rest]));
    await expect(again(quickSettings(path('others.csv')))).rejects.toThrow(/on other readings/);
    await again(quickSettings(DATA));
  });

  test('cannot be gone on with where there is no checkpoint, or a broken one', async () => {
    const again = train({ ...options('none', quickSettings(DATA)), resume: true });
    await expect(again).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await stopped('broken', 1);
    writeFileSync(path('broken.checkpoint'), readFileSync(path('broken.checkpoint')).subarray(0, -1));
    const broken = train({ ...options('broken', quickSettings(DATA)), resume: true });
    await expect(broken).rejects.toMatchObject({ code: 'STATE_CORRUPT' });
  });

  test('while the readings come, it tells how far its checkpoint is', async () => {
    await stopped('twice', 2);
    const again = { ...options('twice', quickSettings(DATA)), resume: true, stop: AbortSignal.abort() };
    expect(await train(again)).toEqual({ epochs: 2, checkpoint: path('twice.checkpoint') });
  });

  test('before its first update leaves nothing', async () => {
    const ended = await train({ ...options('early', quickSettings(DATA)), stop: AbortSignal.abort() });
    expect(ended).toEqual({ epochs: 0, checkpoint: null });
    expect(readdirSync(folder).filter((name) => name.startsWith('early'))).toEqual([]);
  });
});

test('a training can go on from the weights of a model, and begins as good as that was', async () => {
  const first = await trained('first', 'train.epochs=20');
  const second = await trained(
    'second',
    `model={file: "${path('first')}"}`,
    'train={epochs: 1, rate: 1.0e-9}',
  );
  const best = first.epochs[first.best - 1]!;
  expect(second.epochs[0]!.validation).toBeCloseTo(best.validation!, 4);
});

describe('a model that sees gaps', () => {
  // a wave of nine days, read once a day: the time of day tells nothing, and two readings of five are missing
  const random = seededRandom(3);
  const gappy = Array.from({ length: 1500 }, (_, day) => ({
    series: 'a',
    time: day * 86_400_000,
    value: Math.sin((2 * Math.PI * day) / 9),
  })).filter(() => random() < 0.6);
  const data = path('gappy.csv');
  writeFileSync(data, csvOf(gappy));
  const LONGER = ['train.epochs=30', 'train.stride=2', 'model.hidden=16'];
  const run = async (name: string, ...set: string[]): Promise<Trained> =>
    (await train(options(name, quickSettings(data, 'align.every=1d', ...LONGER, ...set)))) as Trained;

  test('is trained on masks and Δt, and its file says so', async () => {
    const { fingerprint } = await run('gaps', 'model.inputs=gaps', 'align.gaps=mask', 'train.epochs=1');
    const model = loadModel(readFileSync(path('gaps')));
    expect(model).toMatchObject({ inputKind: 'gaps', inputs: 5, channels: 1, horizon: 4, fingerprint });
  });

  test('and that lives through them forecasts far better than one that knows nothing of them', async () => {
    const [blind, seeing] = [
      await run('blind'),
      await run('seeing', 'model.inputs=gaps', 'align.gaps=mask'),
    ].map(({ horizons }) => horizons.map(({ mae }) => mae));
    expect(seeing).toHaveLength(4);
    seeing!.forEach((mae, h) => expect(mae).toBeLessThan(blind![h]! / 3));
  });
});

test('what cannot be used is counted and told', async () => {
  const late = { ...OBSERVATIONS[0]!, time: 0 };
  writeFileSync(path('late.csv'), `${csvOf([...OBSERVATIONS, late])}yesterday,s0,1\n`);
  const ended = (await train(options('late', quickSettings(path('late.csv'), 'train.epochs=1')))) as Trained;
  expect(ended).toMatchObject({ setAside: 2, readings: 600 });
  expect(ended.firstSetAside).toMatch(/^(late|invalid): /);
});

describe('refused before any work', () => {
  test('where the model could not be written', async () => {
    const nowhere = { ...options('x', quickSettings(DATA)), out: path('no/such/folder') };
    await expect(train(nowhere)).rejects.toMatchObject({ code: 'FILE_UNWRITABLE' });
  });

  test('a source without an end', async () => {
    const settings = quickSettings(DATA, 'input={kind: kafka, brokers: ["127.0.0.1:1"], topic: readings}');
    await expect(train(options('x', settings))).rejects.toThrow(/has no end.*input\.to/);
  });

  test('readings of which none can be used', async () => {
    writeFileSync(path('wrong.csv'), 'time,sensor,value\nyesterday,a,1\n');
    await expect(train(options('x', quickSettings(path('wrong.csv'))))).rejects.toThrow(
      /No reading can be used.*yesterday.*--time/,
    );
  });
});
