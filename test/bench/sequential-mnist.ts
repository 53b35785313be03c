import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { CELL_NAMES, type CellName } from '../../src/cell/cells.ts';
import { shuffle } from '../../src/learn/shuffle.ts';
import type { Trainer } from '../../src/learn/trainer.ts';
import { seededRandom } from '../../src/model/random.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import { type Mnist, mnist } from './mnist.ts';
import { MNIST, mnistTrainer } from './mnist-trainer.ts';
import { pytorch } from './pytorch.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly cell: CellName;
  readonly epochs: number;
  readonly threads: number;
  readonly seed: number;
  readonly python?: string;
  readonly json?: boolean;
}

interface Epoch {
  readonly loss: number;
  readonly accuracy: number;
  /** Of the training alone. */
  readonly seconds: number;
}

/** `bench sequential-mnist`: the seed's headline, digits read row by row. */
export function sequentialMnistBench(): Command {
  return new Command('sequential-mnist')
    .description('accuracy by epoch and seconds per epoch: MNIST read as 28 rows of 28 pixels')
    .addOption(new Option('--cell <name>', 'which cell').choices(CELL_NAMES).default('lstm'))
    .option('--epochs <n>', 'epochs', wholeNumber, 10)
    .option(
      '--threads <n>',
      'threads; the accuracy does not depend on them',
      wholeNumber,
      availableParallelism(),
    )
    .option('--seed <n>', 'seed of weights and order', wholeNumber, 1)
    .option('--python <path>', 'a Python with PyTorch, to be timed beside it')
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

async function measure(flags: Flags): Promise<void> {
  const data = mnist();
  const trainer = mnistTrainer(flags.cell, data.rows, flags);
  const print = (text: string): void => void (flags.json ? process.stderr : process.stdout).write(text);
  const { hidden, batch } = MNIST;
  const { cpu, cores, node } = machine();
  print(
    `${flags.cell}, hidden ${hidden}, Adam 1e-3, batch ${batch}, ${flags.threads} threads, seed ${flags.seed}\n`,
  );
  print('epoch     loss   test accuracy   seconds\n');
  const random = seededRandom(flags.seed);
  const epochs: Epoch[] = [];
  for (let n = 1; n <= flags.epochs; n++) {
    const epoch = oneEpoch(trainer, data, random);
    epochs.push(epoch);
    const { loss, accuracy, seconds } = epoch;
    print(
      `${String(n).padStart(5)}  ${loss.toFixed(5)}      ${(accuracy * 100).toFixed(2)} %     ${seconds.toFixed(1)}\n`,
    );
  }
  await trainer.close();
  const seconds = median(epochs.map((epoch) => epoch.seconds));
  const beside = flags.python && pytorch(flags.python, ['mnist', flags.cell]);
  const theirs = beside ? beside['secondsPerEpoch']! : null;
  print(`${seconds.toFixed(1)} s an epoch (median, ${flags.threads} threads)`);
  if (theirs !== null) {
    print(`; PyTorch on one thread ${theirs.toFixed(1)} s: ratio ${(seconds / theirs).toFixed(2)}`);
  }
  print(`\n${cpu}, ${cores} cores, Node ${node}\n`);
  if (!flags.json) return;
  const { cell, threads, seed } = flags;
  const result = {
    bench: 'sequential-mnist',
    on: machine(),
    cell,
    threads,
    seed,
    epochs,
    accuracy: epochs.at(-1)!.accuracy,
    secondsPerEpoch: seconds,
    pytorchSecondsPerEpoch: theirs,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function oneEpoch(trainer: Trainer, { training, test, classes }: Mnist, random: () => number): Epoch {
  const began = performance.now();
  const order = shuffle(training.slice(), random);
  let loss = 0;
  for (let from = 0; from < order.length; from += MNIST.batch) {
    const starts = order.subarray(from, from + MNIST.batch);
    loss += trainer.step(starts).loss * starts.length;
  }
  const seconds = (performance.now() - began) / 1000;
  return { loss: loss / order.length, accuracy: accuracyOf(trainer, test, classes), seconds };
}

function accuracyOf(trainer: Trainer, test: Int32Array, classes: Uint8Array): number {
  const y = new Float32Array(test.length * MNIST.classes);
  trainer.evaluate(test, y);
  let right = 0;
  classes.forEach((wanted, n) => {
    const own = y.subarray(n * MNIST.classes, (n + 1) * MNIST.classes);
    if (own.indexOf(Math.max(...own)) === wanted) right++;
  });
  return right / test.length;
}
