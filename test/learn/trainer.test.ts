import { afterEach, describe, expect, test } from 'vitest';
import { CELL_NAMES, cellOf } from '../../src/cell/cells.ts';
import { backwardThroughTime, forwardThroughTime } from '../../src/cell/through-time.ts';
import { ADAM, adam, adamFactors, clipFactor } from '../../src/learn/adam.ts';
import { initialWeights } from '../../src/learn/initial-weights.ts';
import { linear, linearBack } from '../../src/learn/linear.ts';
import { lossOf } from '../../src/learn/loss.ts';
import type { NetworkWeights } from '../../src/learn/network.ts';
import { rateFactor } from '../../src/learn/schedule.ts';
import { Trainer, type TrainerSettings } from '../../src/learn/trainer.ts';
import { seededRandom } from '../../src/model/random.ts';
import { bits } from '../bits.ts';

const opened: Trainer[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((trainer) => trainer.close()));
});

/** A noisy wave of 200 rows, two numbers each, to be foretold two steps ahead; some targets are not known. */
function rows() {
  const random = seededRandom(5);
  const inputs = Float32Array.from({ length: 400 }, (_, i) => Math.sin(i / 7) + 0.1 * random());
  const targets = Float32Array.from({ length: 400 }, (_, i) => (i % 17 === 3 ? NaN : Math.sin((i + 4) / 7)));
  return { inputs, targets, targetWidth: 2 };
}

function settings(changes: Partial<TrainerSettings> = {}): TrainerSettings {
  const shape = { cell: 'lstm', steps: 6, scored: 3 } as const;
  const sizes = { inputs: 2, hidden: 9, layers: 2, outputs: 2, seed: 3 };
  return {
    shape,
    weights: initialWeights({ ...sizes, cell: shape.cell }),
    rows: rows(),
    loss: { kind: 'mse' },
    size: 4,
    dropout: 0,
    seed: 11,
    batch: 14,
    adam: { ...ADAM, rate: 0.01, decay: 0.01 },
    schedule: { kind: 'cosine', warmup: 2, updates: 10, floor: 0.1 },
    clip: 0.2,
    threads: 1,
    ...changes,
  };
}

function trainerOf(changes: Partial<TrainerSettings> = {}): Trainer {
  const trainer = new Trainer(settings(changes));
  opened.push(trainer);
  return trainer;
}

const random = seededRandom(8);
const BATCHES = [14, 14, 5, 1, 14].map((n) =>
  Int32Array.from({ length: n }, () => Math.floor(random() * 190)),
);

const tensors = ({ layers, head }: NetworkWeights): Float32Array[] =>
  [...layers, head].flatMap(({ W, b }) => [W, b]);
const allBits = (trainer: Trainer): number[][] => tensors(trainer.weights()).map(bits);

describe.each(CELL_NAMES)('%s', (cell) => {
  test('parameters after some updates have the bits of the plain loops', () => {
    const shape = { cell, steps: 6, scored: 3 };
    const weights = initialWeights({ cell, inputs: 2, hidden: 9, layers: 2, outputs: 2, seed: 3 });
    const trainer = trainerOf({ shape, weights, size: 14 });
    const plain = new PlainTrainer(settings({ shape, weights, size: 14 }));
    for (const starts of BATCHES) {
      const { loss } = trainer.step(starts);
      expect(Math.abs(loss - plain.step(starts))).toBeLessThan(1e-12);
    }
    expect(allBits(trainer)).toEqual(tensors(plain.weights).map(bits));
  });
});

test('1, 2 and 4 threads give the same bytes, with dropout too', () => {
  const run = (threads: number): unknown => {
    const trainer = trainerOf({ threads, dropout: 0.3 });
    const updates = BATCHES.map((starts) => trainer.step(starts));
    const outputs = new Float32Array(30 * 3 * 2);
    const loss = trainer.evaluate(
      Int32Array.from({ length: 30 }, (_, i) => i * 6),
      outputs,
    );
    return { updates, loss, outputs: bits(outputs), weights: allBits(trainer) };
  };
  const one = run(1);
  expect(run(2)).toEqual(one);
  expect(run(4)).toEqual(one);
});

test('a training that is saved and restored goes on with the same bytes', () => {
  const whole = trainerOf({ dropout: 0.3 });
  for (const starts of BATCHES) whole.step(starts);
  const first = trainerOf({ dropout: 0.3 });
  for (const starts of BATCHES.slice(0, 2)) first.step(starts);
  const second = trainerOf({ dropout: 0.3, threads: 2 });
  second.restore(first.save());
  expect(second.updates).toBe(2);
  for (const starts of BATCHES.slice(2)) second.step(starts);
  expect(second.save()).toEqual(whole.save());
});

test('a state that is none, or of another network, is refused and changes nothing', () => {
  const trainer = trainerOf();
  const before = trainer.save();
  const broken = before.slice();
  broken[0] = 0;
  const other = trainerOf({
    weights: initialWeights({ cell: 'lstm', inputs: 2, hidden: 8, layers: 2, outputs: 2, seed: 3 }),
  });
  expect(() => trainer.restore(broken)).toThrow(expect.objectContaining({ code: 'STATE_CORRUPT' }));
  expect(() => trainer.restore(before.slice(0, -1))).toThrow(
    expect.objectContaining({ code: 'STATE_CORRUPT' }),
  );
  expect(() => trainer.restore(new Uint8Array(3))).toThrow(
    expect.objectContaining({ code: 'STATE_CORRUPT' }),
  );
  expect(() => trainer.restore(other.save())).toThrow(expect.objectContaining({ code: 'STATE_MISMATCH' }));
  expect(trainer.save()).toEqual(before);
});

test('it learns a wave', () => {
  const trainer = trainerOf({ adam: { ...ADAM, rate: 0.01 }, schedule: { kind: 'constant' }, clip: 1 });
  const all = Int32Array.from({ length: 190 }, (_, i) => i);
  const before = trainer.evaluate(all);
  for (let i = 0; i < 300; i++)
    trainer.step(Int32Array.from({ length: 14 }, (_, j) => (i * 61 + j * 13) % 190));
  expect(before).toBeGreaterThan(0.3);
  expect(trainer.evaluate(all)).toBeLessThan(0.01);
});

test('a batch without a known target changes nothing', () => {
  const blank = rows();
  blank.targets.fill(NaN);
  const trainer = trainerOf({ rows: blank });
  const before = trainer.save();
  expect(trainer.step(Int32Array.of(1, 2, 3))).toEqual({ loss: 0, norm: 0 });
  expect(trainer.step(new Int32Array(0))).toEqual({ loss: 0, norm: 0 });
  expect(trainer.save()).toEqual(before);
});

test('gradients that are not finite change nothing, and say so', () => {
  const broken = rows();
  broken.inputs[50] = Infinity;
  const trainer = trainerOf({ rows: broken });
  const before = allBits(trainer);
  expect(trainer.step(Int32Array.of(24)).norm).toBeNaN();
  expect(allBits(trainer)).toEqual(before);
  expect(trainer.updates).toBe(0);
  expect(trainer.step(Int32Array.of(100)).norm).toBeGreaterThan(0);
});

/** The loops of src/cell and src/learn put together as plainly as can be: one shard, no dropout. */
class PlainTrainer {
  readonly weights: NetworkWeights;
  readonly #settings: TrainerSettings;
  readonly #m: Float32Array[];
  readonly #v: Float32Array[];
  #t = 0;

  constructor(given: TrainerSettings) {
    this.#settings = given;
    this.weights = structuredClone(given.weights);
    this.#m = tensors(this.weights).map(({ length }) => new Float32Array(length));
    this.#v = tensors(this.weights).map(({ length }) => new Float32Array(length));
  }

  step(starts: Int32Array): number {
    const { shape, rows: data, loss: lossSettings, adam: adamSettings, clip } = this.#settings;
    const { layers, head } = this.weights;
    const cell = cellOf(shape.cell);
    const B = starts.length;
    const N = shape.steps * B;
    const windows = layers.map(({ hidden: H, input: I }) => ({
      steps: shape.steps,
      batch: B,
      v: new Float32Array(N * (H + I)),
      state: new Float32Array(B * cell.states * H),
      h: new Float32Array(N * H),
      record: new Float32Array(N * cell.record * H),
    }));
    layers.forEach((weights, l) => {
      const { hidden: H, input: I } = weights;
      for (let s = 0; s < N; s++) {
        const row = starts[s % B]! + Math.floor(s / B);
        const x =
          l === 0
            ? data.inputs.subarray(row * I, (row + 1) * I)
            : windows[l - 1]!.h.subarray(s * I, (s + 1) * I);
        windows[l]!.v.set(x, s * (H + I) + H);
      }
      forwardThroughTime(cell, weights, windows[l]!);
    });
    const { hidden: H } = layers.at(-1)!;
    const first = (shape.steps - shape.scored) * B;
    const h = windows.at(-1)!.h.slice(first * H);
    const y = linear(head, h);
    const O = head.b.length;
    const loss = lossOf(lossSettings);
    const D = data.targetWidth;
    const rowOf = (s: number): number => starts[s % B]! + Math.floor(s / B);
    let known = 0;
    for (let s = first; s < N; s++) {
      for (let d = 0; d < D; d++) if (!Number.isNaN(data.targets[rowOf(s) * D + d]!)) known++;
    }
    const dy = new Float32Array(y.length);
    let sum = 0;
    for (let s = first; s < N; s++) {
      const at = (s - first) * O;
      sum += loss.row(y, at, data.targets, rowOf(s) * D, D, Math.fround(1 / known), dy, at);
    }
    const gradients = structuredClone({ layers, head });
    for (const tensor of tensors(gradients)) tensor.fill(0);
    let dh = new Float32Array(N * H);
    dh.set(linearBack(head, h, dy, gradients.head), first * H);
    for (let l = layers.length - 1; l >= 0; l--) {
      const dx = new Float32Array(N * layers[l]!.input);
      backwardThroughTime(cell, layers[l]!, windows[l]!, dh, dx, gradients.layers[l]!);
      dh = dx;
    }
    this.#update(tensors(gradients), adamSettings, clip!);
    return sum / known;
  }

  #update(gradients: readonly Float32Array[], { rate, ...rest }: typeof ADAM, clip: number): void {
    // summed in another order than the kernel's, in float64: the factor is the same once it is a float32
    let squares = 0;
    for (const gradient of gradients) for (const g of gradient) squares += g * g;
    const factor = rateFactor(this.#settings.schedule, this.#t);
    this.#t++;
    const k = adamFactors({ ...rest, rate: rate * factor }, rest.beta1 ** this.#t, rest.beta2 ** this.#t);
    tensors(this.weights).forEach((p, i) =>
      adam(p, gradients[i]!, this.#m[i]!, this.#v[i]!, clipFactor(squares, clip), k),
    );
  }
}
