import { accessSync, constants, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { ADAM } from '../../src/learn/adam.ts';
import { initialWeights } from '../../src/learn/initial-weights.ts';
import type { TrainingRows } from '../../src/learn/shard.ts';
import { Trainer } from '../../src/learn/trainer.ts';
import { seededRandom } from '../../src/model/random.ts';
import { machine } from './machine.ts';
import { svgLines } from './svg-lines.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly lags: readonly number[];
  readonly updates: number;
  readonly seed: number;
  readonly out: string;
  readonly json?: boolean;
}

/** Mean squared errors over the test sequences. */
interface LagErrors {
  readonly lag: number;
  readonly rnn: number;
  readonly lstm: number;
}

const HIDDEN = 32;
const BATCH = 32;
const RATE = 1e-2;
/** The LSTM of 1997 had no forget gate, it forgot nothing; here the gate starts at σ(4) = 0.98. */
const FORGET_BIAS = 4;
const TRAINING = 10_000;
const TEST = 2_000;
/** Of always answering 1: the variance of the sum of two numbers uniform in [0, 1). */
const MEAN_ANSWER = 1 / 6;

/** `bench memory`: what the LSTM is for, by the adding task of Hochreiter and Schmidhuber (1997). */
export function memoryBench(): Command {
  return new Command('memory')
    .description('the adding task at growing lags: how far back RNN and LSTM learn to remember')
    .option('--lags <list>', 'lengths of the sequences', lagList, [10, 20, 40, 80])
    .option('--updates <n>', 'updates of each training', wholeNumber, 4_000)
    .option('--seed <n>', 'seed of weights and sequences', wholeNumber, 1)
    .addOption(
      new Option('--out <file>', 'where the plot goes, as SVG').default(
        join(tmpdir(), 'memory.svg'),
        "memory.svg among the system's temporary files",
      ),
    )
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

/** At least 4 steps: two to mark in the first half. */
function lagList(text: string): number[] {
  const lags = text.split(',').map(wholeNumber);
  if (lags.some((lag) => lag < 4)) throw new InvalidArgumentError('expected lags of at least 4');
  return [...new Set(lags)].toSorted((a, b) => a - b);
}

async function measure({ lags, updates, seed, out, json }: Flags): Promise<void> {
  const path = resolve(out);
  accessSync(dirname(path), constants.W_OK);
  const print = (text: string): void => void (json ? process.stderr : process.stdout).write(text);
  const mse = (value: number): string => value.toFixed(5).padStart(10);
  print(
    `adding task, hidden ${HIDDEN}, Adam ${RATE}, batch ${BATCH}, clip 1, forget bias ${FORGET_BIAS}, ${updates} updates, seed ${seed}\n`,
  );
  print('test mse by lag; the last column always answers the mean\n');
  print('  lag  rnn (tanh)      lstm      mean\n');
  const found: LagErrors[] = [];
  for (const lag of lags) {
    const rows = addingTask(lag, seed);
    print(String(lag).padStart(5));
    const rnn = await testError('rnn', lag, rows, updates, seed);
    print(`  ${mse(rnn)}`);
    const lstm = await testError('lstm', lag, rows, updates, seed);
    print(`${mse(lstm)}${mse(MEAN_ANSWER)}\n`);
    found.push({ lag, rnn, lstm });
  }
  writeFileSync(path, plotOf(found, updates));
  const { cpu, cores, node } = machine();
  print(`plot: ${path}\n${cpu}, ${cores} cores, Node ${node}\n`);
  if (!json) return;
  const settings = { hidden: HIDDEN, batch: BATCH, rate: RATE, forgetBias: FORGET_BIAS, updates, seed };
  const result = {
    bench: 'memory',
    on: machine(),
    ...settings,
    meanAnswer: MEAN_ANSWER,
    lags: found,
    plot: path,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

/**
 * Sequences of `lag` steps, one behind the other, each step a number and a marker. Two numbers of the first half are marked: what
 * the last step is asked for, their sum, lies at least half a sequence back.
 */
function addingTask(lag: number, seed: number): TrainingRows {
  const random = seededRandom(seed);
  const sequences = TRAINING + TEST;
  const half = Math.floor(lag / 2);
  const inputs = Float32Array.from({ length: sequences * lag * 2 }, (_, i) => (i % 2 === 0 ? random() : 0));
  const targets = new Float32Array(sequences * lag).fill(Number.NaN);
  for (let n = 0; n < sequences; n++) {
    const first = Math.floor(random() * half);
    const second = (first + 1 + Math.floor(random() * (half - 1))) % half;
    let sum = 0;
    for (const step of [first, second]) {
      const at = (n * lag + step) * 2;
      inputs[at + 1] = 1;
      sum += inputs[at]!;
    }
    targets[(n + 1) * lag - 1] = sum;
  }
  return { inputs, targets, targetWidth: 1 };
}

/** Trains a cell from the start; its error on sequences it has not seen. */
async function testError(
  cell: 'rnn' | 'lstm',
  lag: number,
  rows: TrainingRows,
  updates: number,
  seed: number,
): Promise<number> {
  const sizes = { inputs: 2, hidden: HIDDEN, layers: 1, outputs: 1 };
  const trainer = new Trainer({
    shape: { cell, steps: lag, scored: 1 },
    weights: initialWeights({ ...sizes, cell, seed, forgetBias: FORGET_BIAS }),
    rows,
    loss: { kind: 'mse' },
    size: BATCH / 2,
    dropout: 0,
    seed,
    batch: BATCH,
    adam: { ...ADAM, rate: RATE },
    schedule: { kind: 'cosine', warmup: 100, updates, floor: 0.01 },
    clip: 1,
    threads: Math.min(2, availableParallelism()),
  });
  const random = seededRandom(seed);
  const starts = new Int32Array(BATCH);
  for (let n = 0; n < updates; n++) {
    trainer.step(starts.map(() => Math.floor(random() * TRAINING) * lag));
  }
  const error = trainer.evaluate(Int32Array.from({ length: TEST }, (_, n) => (TRAINING + n) * lag));
  await trainer.close();
  return error;
}

function plotOf(found: readonly LagErrors[], updates: number): string {
  const line = (of: (errors: LagErrors) => number): [number, number][] =>
    found.map((errors) => [errors.lag, of(errors)]);
  return svgLines({
    title: `Adding task: error by lag after ${updates.toLocaleString('en-US')} updates`,
    x: 'lag: length of the sequence (steps)',
    y: 'test mse (logarithmic)',
    lines: [
      { name: 'RNN (tanh)', look: 'first', points: line(({ rnn }) => rnn) },
      { name: 'LSTM', look: 'second', points: line(({ lstm }) => lstm) },
    ],
    baseline: { name: 'always the mean', value: MEAN_ANSWER },
  });
}
