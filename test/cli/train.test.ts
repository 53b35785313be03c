import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '../../src/model/load.ts';
import { csvOf, waves } from '../train/signal.ts';
import { begin, type Begun, foretide } from './foretide.ts';
import { workplace } from './workplace.ts';

const { cwd, path, write } = workplace();
const OBSERVATIONS = waves(4, 300);
const data = write('waves.csv', csvOf(OBSERVATIONS));
const begun: Begun[] = [];
afterEach(async () => {
  for (const { child, ended } of begun.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

/** A small model, on two threads. */
const SMALL = '--hidden 8 --horizon 6 --steps 24 --batch 32 --threads 2'.split(' ');
const small = (out: string, ...more: string[]): string[] =>
  ['train', '--data', data, '--values', 'value', '--out', out].concat(SMALL, more);
/** A run of the same file to its end. */
const SERVE = 'run live-forecast --exit-at-end --no-page --set'
  .split(' ')
  .concat(
    `input={kind: file, pace: max, paths: ["${data}"], decode: {format: csv, series: sensor, time: time, values: [value]}}`,
    '--set',
  );
const run = (...args: string[]) => foretide(args, { cwd });

interface Result {
  readonly fingerprint: string;
  readonly epochs: readonly { readonly loss: number; readonly validation: number }[];
  readonly best: number;
  readonly horizons: readonly { readonly h: number; readonly ratio: number }[];
}

/** Of each horizon what `run` says of the error against the last value, in percent; better is positive. */
function againstTheLastValue(stdout: string): number[] {
  return [...stdout.matchAll(/^│ +\d+ │ +([\d.]+) % (better|worse) │/gm)].map(([, percent, which]) =>
    which === 'better' ? Number(percent) : -Number(percent),
  );
}

describe('a training to its end', { timeout: 60_000 }, () => {
  test('prints what it did; the model is served by a pipeline, and far better than the last value', async () => {
    const { code, stdout, stderr } = await run(
      ...small('waves.safetensors', '--hidden', '16', '--epochs', '25', '--rate', '0.02', '--name', 'waves'),
    );
    expect(stderr).toMatch(
      /^epoch 1\/25, loss \d\.\d{4}, validation \d\.\d{4}, best \d\.\d{4} of epoch 1, \d+:\d\d left$/m,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Training waves on 1,200 readings: \d+ windows of 4 series, and \d+ to validate with\.$/m,
    );
    for (const row of [
      /│ Series +│ 4, 1,200 readings/,
      /│ Epochs +│ \d+, the best: \d+/,
      /│ Time +│ [\d.]+ s/,
    ])
      expect(stdout).toMatch(row);
    const bytes = readFileSync(path('waves.safetensors'));
    const { fingerprint } = loadModel(bytes);
    expect(stdout).toContain(`waves.safetensors, ${bytes.length.toLocaleString('en-US')} bytes`);
    expect(stdout).toContain(`waves, fingerprint ${fingerprint.slice(0, 12)}`);
    expect(stdout).toMatch(/│ +6 │ 0\.\d{4} │ +[01]\.\d{4} │ 0\.[0-4]\d{3} │/);

    const served = await run(...SERVE, 'forecast.learn=none', '--set', 'model.file=waves.safetensors');
    expect(served.code).toBe(0);
    const better = againstTheLastValue(served.stdout);
    expect(better.length).toBe(6);
    expect(Math.min(...better)).toBeGreaterThan(40);
    expect(readdirSync(cwd).filter((name) => name.includes('checkpoint'))).toEqual([]);
  });

  test('--json prints the result and nothing else on standard output', async () => {
    const { stdout, stderr } = await run(...small('json.safetensors', '--json', '--epochs', '3'));
    const result = JSON.parse(stdout) as Result;
    expect(result.fingerprint).toBe(loadModel(readFileSync(path('json.safetensors'))).fingerprint);
    expect(result.epochs.length).toBe(3);
    expect(result.horizons.map(({ h }) => h)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(stderr).toContain('Training lstm8 on 1,200 readings');
  });

  test('twice, and with 1, 2 and 4 threads, it leaves the same bytes', async () => {
    const bytes: Buffer[] = [];
    for (const [i, threads] of [1, 1, 2, 4].entries()) {
      const out = `threads-${i}.safetensors`;
      await run(...small(out, '--epochs', '2', '--batch', '64', '--threads', String(threads)));
      bytes.push(readFileSync(path(out)));
    }
    for (const other of bytes) expect(other.equals(bytes[0]!)).toBe(true);
  });

  test('the readings of an earlier run train the same model as the file that it read', async () => {
    const ran = await run(...SERVE, 'store.path=ran.db');
    expect(ran.code).toBe(0);
    const model = ['--hidden', '8', '--epochs', '2', '--json'];
    const results: Result[] = [];
    for (const from of [[data, '--values', 'value'], ['ran.db']]) {
      const out = `from-${results.length}.safetensors`;
      const { stdout, stderr } = await run('train', '--data', ...from, ...model, '--out', out);
      results.push(JSON.parse(stdout || stderr) as Result);
    }
    expect(results[1]!.fingerprint).toBe(results[0]!.fingerprint);
  });
});

describe('a training that does not come to its end', { timeout: 60_000 }, () => {
  const LONG = ['--epochs', '150', '--patience', '150'];
  let whole: Buffer;
  beforeAll(async () => {
    await run(...small('whole.safetensors', ...LONG));
    whole = readFileSync(path('whole.safetensors'));
  });

  /** Starts one and waits for its first checkpoint. */
  async function underWay(out: string): Promise<Begun> {
    const training = begin(small(out, ...LONG), { cwd });
    begun.push(training);
    while (!existsSync(path(`${out}.checkpoint`))) await sleep(5);
    return training;
  }

  test('killed with -9, it is gone on with to the very bytes of one that was not', async () => {
    const { child, ended } = await underWay('killed.safetensors');
    // some epochs later, and far from the end
    const first = statSync(path('killed.safetensors.checkpoint')).ino;
    while (statSync(path('killed.safetensors.checkpoint'), { throwIfNoEntry: false })?.ino === first)
      await sleep(1);
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');
    expect(existsSync(path('killed.safetensors'))).toBe(false);
    const again = await run(...small('killed.safetensors', ...LONG, '--resume', '--threads', '1'));
    expect(again.stderr).not.toMatch(/✖/);
    expect(again.stdout).toMatch(/Goes on after epoch \d+\./);
    expect(readFileSync(path('killed.safetensors')).equals(whole)).toBe(true);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: it leaves a checkpoint, and says how to go on', async (signal, expected) => {
    const out = `${signal}.safetensors`;
    const { child, ended } = await underWay(out);
    child.kill(signal);
    const { code, stdout } = await ended;
    expect(code).toBe(expected);
    expect(stdout).toMatch(
      new RegExp(`^Stopped after \\d+ epochs: ${out}\\.checkpoint has all of it\\. .*--resume`, 'm'),
    );
    await run(...small(out, ...LONG, '--resume'));
    expect(readFileSync(path(out)).equals(whole)).toBe(true);
  });

  test('begun anew, it says that a checkpoint is there that it will overwrite', async () => {
    write('note.safetensors.checkpoint', 'whatever');
    const { code, stdout } = await run(...small('note.safetensors', '--epochs', '1'));
    expect(code).toBe(0);
    expect(stdout).toMatch(/checkpoint of an earlier training.*note\.safetensors\.checkpoint.*--resume/);
  });

  test('a thread that fails ends it with a clear word, and the checkpoint is there', async () => {
    const preload = `import { workerData } from 'node:worker_threads';
      if (workerData?.foretide === 'shards') {
        const { add } = Atomics;
        let left = 30; // more than an epoch has
        Atomics.add = (...given) => { if (--left === 0) process.exit(7); return add(...given); };
      }`;
    const { code, stderr } = await foretide(small('lost.safetensors', ...LONG), {
      cwd,
      node: ['--import', `data:text/javascript,${encodeURIComponent(preload)}`],
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /✖ A training thread has failed: got it ended with exit code 7\..*\n +\[TRAINING_FAILED\]/,
    );
    await run(...small('lost.safetensors', ...LONG, '--resume'));
    expect(readFileSync(path('lost.safetensors')).equals(whole)).toBe(true);
  });
});

describe('what is asked wrongly', () => {
  test.each([
    [
      'nothing to train on',
      ['train', '--out', 'x'],
      /nothing to train on: expected --data FILE, or --config/,
    ],
    ['no place for the model', ['train', '--data', data], /required option '-o, --out <file>'/],
    [
      'settings',
      small('x', '--cell', 'lstn', '--rate', 'fast', '--set', 'train.epoch=3'),
      /model\.cell.*did you mean lstm\?[^]*train\.rate: expected number[^]*train\.epoch: no such setting/,
    ],
    ['a column', small('x', '--time', 'when'), /No such column.*got when/],
    ['too short a series', small('x', '--steps', '400'), /no window to learn from[^]*TRAINING_DATA/],
    [
      'readings that are out of order',
      small('x', '--series-name', 'all', '--steps', '400'),
      /no window to learn from.*got 300 at most; 900 set aside, the first: duplicate: time/,
    ],
    ['its data as the model', small(data), /something else[^]*FILE_UNWRITABLE/],
    ['its checkpoint as the model', small('x', '--checkpoint', './x'), /something else[^]*FILE_UNWRITABLE/],
    [
      'where the series stand in the file of a run',
      ['train', '--data', 'x.db', '--series', 's', '--out', 'x'],
      /series, times and values of its own.*got --series .*input\.series/,
    ],
    ['no checkpoint', small('x', '--resume'), /no checkpoint to go on from[^]*x\.checkpoint/],
  ])('%s: code 1, and what to do', async (_, args, message) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });
});
