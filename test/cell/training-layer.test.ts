import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cell, CellWeights } from '../../src/cell/cell.ts';
import { Kernel } from '../../src/cell/kernel.ts';
import { backwardThroughTime, forwardThroughTime } from '../../src/cell/through-time.ts';
import { TrainingLayer } from '../../src/cell/training-layer.ts';
import { ADAM, adam, adamFactors, sumOfSquares } from '../../src/learn/adam.ts';
import { adamInKernel } from '../../src/learn/adam-in-kernel.ts';
import { Arena } from '../../src/memory/arena.ts';
import { seededRandom } from '../../src/model/random.ts';
import { bits } from '../bits.ts';
import { NAMED_CELLS } from './cells.ts';

function both(cell: Cell, H: number, I: number, T: number, B: number, seed: number) {
  const random = seededRandom(seed);
  const uniform = (n: number): Float32Array => Float32Array.from({ length: n }, () => (random() - 0.5) * 1.4);
  const weights: CellWeights = {
    hidden: H,
    input: I,
    W: uniform((H + I) * cell.gates * H),
    b: uniform(cell.biases * H),
  };
  const samples = T * B;
  const x = uniform(samples * I);
  const dh = uniform(samples * H);
  const state = uniform(B * cell.states * H);

  const v = new Float32Array(samples * (H + I));
  for (let s = 0; s < samples; s++) v.set(x.subarray(s * I, (s + 1) * I), s * (H + I) + H);
  const window = {
    steps: T,
    batch: B,
    v: v.slice(),
    state: state.slice(),
    h: new Float32Array(samples * H),
    record: new Float32Array(samples * cell.record * H),
  };
  forwardThroughTime(cell, weights, window);
  const dx = new Float32Array(samples * I);
  const gradients = { W: new Float32Array(weights.W.length), b: new Float32Array(weights.b.length) };
  backwardThroughTime(cell, weights, window, dh, dx, gradients);

  const arena = new Arena();
  const layer = new TrainingLayer(arena, cell, weights, T, B);
  const above = arena.take(Math.ceil((samples * H * 4 + 16) / 16) * 16);
  const { f32 } = arena.view();
  f32.set(v, layer.samples / 4);
  f32.set(state, layer.state / 4);
  f32.set(dh, above / 4);
  layer.forward();
  layer.backward(above);
  const got = layer.read('gradients');
  const numbers = (at: number, n: number): Float32Array => f32.slice(at / 4, at / 4 + n);
  return {
    expected: [window.h, window.state, dx, gradients.W, gradients.b],
    got: [
      numbers(layer.h, samples * H),
      numbers(layer.state, state.length),
      numbers(layer.dx, dx.length),
      got.W,
      got.b,
    ],
    layer,
    weights,
  };
}

describe.each(NAMED_CELLS)('%s', (_, cell) => {
  test('bits of h, state, dx, dW and db equal the TypeScript reference', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 37 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 9 }),
        fc.nat(1e6),
        (H, I, T, B, seed) => {
          const { expected, got } = both(cell, H, I, T, B, seed);
          expected.forEach((tensor, i) => expect(bits(got[i]!)).toEqual(bits(tensor)));
        },
      ),
      { numRuns: 25 },
    );
  });

  test('parameters are read as they were set', () => {
    const { layer, weights } = both(cell, 11, 3, 2, 2, 1);
    const { W, b } = layer.read('parameters');
    expect(bits(W)).toEqual(bits(weights.W));
    expect(bits(b)).toEqual(bits(weights.b));
  });
});

test('adam and the norm: bits equal the TypeScript reference over many updates', () => {
  const random = seededRandom(3);
  const n = 68;
  const [p, m, v] = [Float32Array.from({ length: n }, random), new Float32Array(n), new Float32Array(n)];
  const arena = new Arena();
  const { exports } = Kernel.of(arena);
  const at = [0, 1, 2, 3].map(() => arena.take(n * 4));
  const { f32 } = arena.view();
  f32.set(p, at[0]! / 4);
  const settings = { ...ADAM, rate: 0.01, decay: 0.1 };
  let [power1, power2] = [1, 1];
  for (let t = 0; t < 300; t++) {
    const g = Float32Array.from({ length: n }, () => random() - 0.5);
    f32.set(g, at[1]! / 4);
    expect(exports.sumOfSquares(at[1]!, n)).toBe(sumOfSquares(g));
    power1 *= settings.beta1;
    power2 *= settings.beta2;
    const k = adamFactors(settings, power1, power2);
    adam(p, g, m, v, 0.7, k);
    adamInKernel(exports, { parameters: at[0]!, gradients: at[1]!, m: at[2]!, v: at[3]!, count: n }, 0.7, k);
    expect(bits(f32.slice(at[0]! / 4, at[0]! / 4 + n))).toEqual(bits(p));
  }
  expect(f32.slice(at[1]! / 4, at[1]! / 4 + n).every((g) => g === 0)).toBe(true);
});
