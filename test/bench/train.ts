import { availableParallelism } from 'node:os';
import Table from 'cli-table3';
import { Command } from 'commander';
import { ADAM } from '../../src/learn/adam.ts';
import { initialWeights } from '../../src/learn/initial-weights.ts';
import type { TrainingRows } from '../../src/learn/shard.ts';
import { Trainer } from '../../src/learn/trainer.ts';
import { seededRandom } from '../../src/model/random.ts';
import { machine } from './machine.ts';
import { MNIST, mnistTrainer } from './mnist-trainer.ts';
import { pytorch } from './pytorch.ts';
import { microseconds } from './timing.ts';

interface Flags {
  readonly python?: string;
  readonly json?: boolean;
}

const IMAGES = 2_000;

/** `bench train`: seconds per epoch of sequential MNIST, and online updates a second. */
export function trainBench(): Command {
  return new Command('train')
    .description('seconds per epoch of sequential MNIST, and updates a second online, beside PyTorch')
    .option('--python <path>', 'a Python with PyTorch, to be timed beside it')
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

async function measure({ python, json }: Flags): Promise<void> {
  const all = availableParallelism();
  const theirs = (what: readonly string[], name: string): number | null =>
    python === undefined ? null : pytorch(python, what)[name]!;
  const epochs = [];
  for (const cell of ['lstm', 'rnn'] as const) {
    epochs.push({
      cell,
      oneThread: await secondsPerEpoch(cell, 1),
      threads: all,
      allThreads: await secondsPerEpoch(cell, all),
      pytorchOneThread: theirs(['mnist', cell], 'secondsPerEpoch'),
    });
  }
  const online = {
    updatesPerSecond: await onlineUpdatesPerSecond(),
    pytorch: theirs(['online'], 'updatesPerSecond'),
  };
  if (json) {
    process.stdout.write(`${JSON.stringify({ bench: 'train', on: machine(), epochs, online })}\n`);
    return;
  }
  const table = new Table({
    head: ['', 'one thread', `${all} threads`, 'PyTorch, one thread'],
    style: { head: [], border: [] },
    colAligns: ['left', 'right', 'right', 'right'],
  });
  for (const { cell, oneThread, allThreads, pytorchOneThread: other } of epochs) {
    const ratio = (ours: number): string => (other === null ? '' : ` (×${(ours / other).toFixed(2)})`);
    table.push([
      `sequential MNIST, ${cell}, hidden ${MNIST.hidden}: s an epoch`,
      oneThread.toFixed(1) + ratio(oneThread),
      allThreads.toFixed(1) + ratio(allThreads),
      other?.toFixed(1) ?? '',
    ]);
  }
  const { updatesPerSecond: ours, pytorch: other } = online;
  const times = other === null ? '' : ` (×${(ours / other).toFixed(1)})`;
  table.push(['online, lstm, hidden 64: updates/s', ours.toFixed(0) + times, '', other?.toFixed(0) ?? '']);
  const { cpu, cores, node } = machine();
  process.stdout.write(`${table.toString()}
An epoch: ${MNIST.images.toLocaleString('en-US')} images in batches of ${MNIST.batch}, computed from the median batch. Online: window 16, batch 1, input 4, clipping, Adam.
In brackets: our figure over PyTorch's. ${cpu}, ${cores} cores, Node ${node}
`);
}

/** From the median time of a batch; what the pixels are does not change it. */
async function secondsPerEpoch(cell: 'rnn' | 'lstm', threads: number): Promise<number> {
  const random = seededRandom(1);
  const { side, classes, batch, images } = MNIST;
  const inputs = Float32Array.from({ length: IMAGES * side * side }, random);
  const targets = Float32Array.from({ length: IMAGES * side }, () => Math.floor(random() * classes));
  const trainer = mnistTrainer(cell, { inputs, targets, targetWidth: 1 }, { epochs: 1, threads });
  const starts = Int32Array.from({ length: batch }, () => Math.floor(random() * IMAGES) * side);
  const batchTime = microseconds(20, (times) => {
    for (let i = 0; i < times; i++) trainer.step(starts);
  });
  await trainer.close();
  return (batchTime / 1e6) * (images / batch);
}

async function onlineUpdatesPerSecond(): Promise<number> {
  const random = seededRandom(1);
  const rows: TrainingRows = {
    inputs: Float32Array.from({ length: 5_000 * 4 }, random),
    targets: Float32Array.from({ length: 5_000 }, random),
    targetWidth: 1,
  };
  const trainer = new Trainer({
    shape: { cell: 'lstm', steps: 16, scored: 1 },
    weights: initialWeights({ cell: 'lstm', inputs: 4, hidden: 64, layers: 1, outputs: 1, seed: 1 }),
    rows,
    loss: { kind: 'mse' },
    size: 1,
    dropout: 0,
    seed: 1,
    batch: 1,
    adam: ADAM,
    schedule: { kind: 'constant' },
    clip: 1,
    threads: 1,
  });
  const starts = new Int32Array(1);
  const time = microseconds(4_000, (times) => {
    for (let i = 0; i < times; i++) {
      starts[0] = i;
      trainer.step(starts);
    }
  });
  await trainer.close();
  return 1e6 / time;
}
