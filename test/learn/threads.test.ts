import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ADAM } from '../../src/learn/adam.ts';
import { initialWeights } from '../../src/learn/initial-weights.ts';
import { Trainer } from '../../src/learn/trainer.ts';

const CHILD = fileURLToPath(new URL('trainer-child.ts', import.meta.url));

/** Code that is run in every thread of the child before its own. */
async function trainingWith(code: string, ...flags: string[]) {
  const preload = `data:text/javascript,${encodeURIComponent(code)}`;
  const outer = Object.entries(process.env).filter(([name]) => !/^(NODE_|VITEST)/.test(name));
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, '--import', preload, CHILD], {
    env: Object.fromEntries(outer),
    timeout: 60_000,
  });
  return JSON.parse(stdout) as {
    code: string;
    message: string;
    canRetry: boolean;
    seconds: number;
    closed: number;
  };
}

/** In a helper: when it has done its 20th shard, before it says so. */
const atShard = (code: string): string => `
import { workerData } from 'node:worker_threads';
if (workerData?.foretide === 'shards') {
  const { add } = Atomics;
  let left = 20;
  Atomics.add = (...given) => {
    if (--left === 0) { ${code} }
    return add(...given);
  };
}`;

/** In the thread that looks after the helpers: soon after it has started the first. */
const TERMINATED = `
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { workerData } from 'node:worker_threads';
if (workerData?.foretide === 'foreman') {
  const threads = createRequire('/')('node:worker_threads');
  const { Worker } = threads;
  let isFirst = true;
  threads.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      if (isFirst) setTimeout(() => this.terminate(), 1000);
      isFirst = false;
    }
  };
  syncBuiltinESMExports();
}`;

describe('a helper that is lost in the middle of a training ends it soon, with what became of it', () => {
  test.each([
    ['throws', atShard("throw new RangeError('no such row');"), [], /RangeError: no such row/],
    ['exits', atShard('process.exit(3);'), [], /exit code 3/],
    [
      'runs out of memory',
      atShard('const all = []; for (;;) all.push(new Array(100_000).fill(0.5));'),
      ['--max-old-space-size=60'],
      /memory limit/,
    ],
    ['is terminated', TERMINATED, [], /exit code 1/],
    [
      'cannot start',
      "import { workerData } from 'node:worker_threads'; if (workerData?.foretide === 'shards') throw new Error('no start');",
      [],
      /no start/,
    ],
  ])('%s', { timeout: 60_000 }, async (_, code, flags, how) => {
    const ended = await trainingWith(code, ...flags);
    expect(ended).toMatchObject({ code: 'TRAINING_FAILED', canRetry: true });
    expect(ended.message).toMatch(/^A training thread has failed: got /);
    expect(ended.message).toMatch(how);
    expect(ended.seconds).toBeLessThan(15);
    expect(ended.closed).toBeLessThan(5);
  });
});

test.each([1, 2])('a batch of one sample gives all of its outputs, with %d threads', async (threads) => {
  const numbers = Float32Array.from({ length: 200 }, (_, i) => Math.sin(i / 7));
  const common = {
    shape: { cell: 'lstm', steps: 20, scored: 20 },
    weights: initialWeights({ cell: 'lstm', inputs: 2, hidden: 8, layers: 1, outputs: 2, seed: 3 }),
    rows: { inputs: numbers, targets: numbers, targetWidth: 2 },
    loss: { kind: 'mse' },
    size: 1,
    dropout: 0,
    seed: 1,
    adam: ADAM,
    schedule: { kind: 'constant' },
    threads,
  } as const;
  const [one, three] = [new Trainer({ ...common, batch: 1 }), new Trainer({ ...common, batch: 3 })];
  const outputs = [new Float32Array(3 * 40), new Float32Array(3 * 40)] as const;
  one.evaluate(Int32Array.of(0, 30, 60), outputs[0]);
  three.evaluate(Int32Array.of(0, 30, 60), outputs[1]);
  await Promise.all([one.close(), three.close()]);
  expect(outputs[0]).toEqual(outputs[1]);
  expect(outputs[0].every((y) => y !== 0)).toBe(true);
});

test('the gradients of a batch are the sum of those of its shards', async () => {
  const numbers = Float32Array.from({ length: 200 }, (_, i) => Math.sin(i / 7));
  const starts = Int32Array.from({ length: 14 }, (_, i) => i * 5);
  const normWith = async (size: number): Promise<number> => {
    const trainer = new Trainer({
      shape: { cell: 'gru', steps: 8, scored: 4 },
      weights: initialWeights({ cell: 'gru', inputs: 2, hidden: 8, layers: 1, outputs: 2, seed: 3 }),
      rows: { inputs: numbers, targets: numbers, targetWidth: 2 },
      loss: { kind: 'mse' },
      size,
      dropout: 0,
      seed: 1,
      batch: 14,
      adam: ADAM,
      schedule: { kind: 'constant' },
      threads: 1,
    });
    const { norm } = trainer.step(starts);
    await trainer.close();
    return norm;
  };
  const whole = await normWith(14);
  for (const size of [1, 3, 7]) expect(Math.abs((await normWith(size)) / whole - 1)).toBeLessThan(1e-5);
});
