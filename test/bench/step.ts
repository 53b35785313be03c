import Table from 'cli-table3';
import { Command } from 'commander';
import { Kernel } from '../../src/cell/kernel.ts';
import { lstm } from '../../src/cell/lstm.ts';
import { initialWeights } from '../../src/learn/initial-weights.ts';
import { Arena } from '../../src/memory/arena.ts';
import { machine } from './machine.ts';
import { pytorch } from './pytorch.ts';
import { microseconds } from './timing.ts';

interface Flags {
  readonly python?: string;
  readonly json?: boolean;
}

/** Microseconds, and what follows from them. */
interface StepFigures {
  readonly hidden: number;
  /** One step of one series. */
  readonly kernel: number;
  readonly typescript: number;
  readonly pytorch: number | null;
  /** A frame of 256 series. */
  readonly frame: number;
  readonly pytorchFrame: number | null;
  /** GFLOP/s of the frame's products (their activations left out of the count, not of the time). */
  readonly gflops: number;
}

const SIZES = [32, 64, 128, 256];
const INPUTS = 4;
const ROWS = 256;

/** `bench step`: one LSTM step, in the kernel, in plain TypeScript and in PyTorch. */
export function stepBench(): Command {
  return new Command('step')
    .description('one LSTM step of one series and of a frame: kernel, plain TypeScript, PyTorch')
    .option('--python <path>', 'a Python with PyTorch, to be timed beside it')
    .option('--json', 'one JSON object instead of the table')
    .action(measure);
}

function measure({ python, json }: Flags): void {
  const peak = measuredPeak();
  const figures = SIZES.map((hidden) => figuresOf(hidden, python));
  process.stdout.write(
    `${json ? JSON.stringify({ bench: 'step', on: machine(), peakGflops: peak, sizes: figures }) : tableOf(peak, figures)}\n`,
  );
}

/** GFLOP/s of mul and add pairs on registers alone. */
function measuredPeak(): number {
  const { exports } = Kernel.of(new Arena());
  const rounds = 20_000;
  const flopsOfRound = 10 * 4 * 2;
  const time = microseconds(100, (times) => {
    for (let i = 0; i < times; i++) exports.peak(rounds, 1e-9);
  });
  return (rounds * flopsOfRound) / time / 1000;
}

function figuresOf(hidden: number, python: string | undefined): StepFigures {
  const sizes = { inputs: INPUTS, hidden, layers: 1, outputs: 1, seed: 1 };
  const { layers } = initialWeights({ ...sizes, cell: 'lstm' });
  const [weights] = layers as [(typeof layers)[number]];
  const theirs = python === undefined ? undefined : pytorch(python, ['step', String(hidden)]);

  const x = Float32Array.from({ length: INPUTS }, (_, i) => i / 4);
  const state = new Float32Array(2 * hidden);
  const z = new Float32Array(4 * hidden);
  const times = Math.ceil(2_000_000 / (hidden * (hidden + INPUTS)));
  const typescript = microseconds(times, (n) => {
    for (let i = 0; i < n; i++) lstm.step(weights, state, 0, x, 0, z);
  });

  const arena = new Arena();
  const kernel = Kernel.of(arena);
  const stack = kernel.load({ cell: lstm, layers });
  const states = arena.take(ROWS * 2 * hidden * 4);
  const room = kernel.room(stack, ROWS);
  const { f32, i32 } = arena.view();
  for (let i = 0; i < ROWS; i++) {
    i32[room.states / 4 + i] = states + i * 2 * hidden * 4;
    f32.set(x, room.x / 4 + i * INPUTS);
  }
  const one = microseconds(times * 4, (n) => {
    for (let i = 0; i < n; i++) kernel.step(stack, room, 1);
  });
  const frame = microseconds(Math.ceil(times / 16), (n) => {
    for (let i = 0; i < n; i++) kernel.step(stack, room, ROWS);
  });
  return {
    hidden,
    kernel: one,
    typescript,
    pytorch: theirs?.['one'] ?? null,
    frame,
    pytorchFrame: theirs?.['frame'] ?? null,
    gflops: (2 * (hidden + INPUTS) * 4 * hidden * ROWS) / frame / 1000,
  };
}

function tableOf(peak: number, figures: readonly StepFigures[]): string {
  const table = new Table({
    head: [
      'hidden',
      'kernel µs',
      'TypeScript',
      'PyTorch',
      `${ROWS} rows µs`,
      'PyTorch',
      'GFLOP/s',
      'of peak',
    ],
    style: { head: [], border: [] },
    colAligns: Array.from({ length: 8 }, () => 'right' as const),
  });
  const beside = (theirs: number | null, ours: number): string =>
    theirs === null ? '' : `${theirs.toFixed(1)} (×${(theirs / ours).toFixed(1)})`;
  for (const of of figures) {
    table.push([
      of.hidden,
      of.kernel.toFixed(2),
      beside(of.typescript, of.kernel),
      beside(of.pytorch, of.kernel),
      of.frame.toFixed(0),
      beside(of.pytorchFrame, of.frame),
      of.gflops.toFixed(1),
      `${((100 * of.gflops) / peak).toFixed(0)} %`,
    ]);
  }
  const { cpu, cores, node } = machine();
  return `${table.toString()}
LSTM, input ${INPUTS}, one thread; medians; in brackets how many times the kernel's time. Peak: ${peak.toFixed(1)} GFLOP/s of mul and add on four lanes, measured now.
${cpu}, ${cores} cores, Node ${node}`;
}
