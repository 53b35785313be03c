import { describe, expect, test } from 'vitest';
import type { Cell, CellWeights } from '../../src/cell/cell.ts';
import { cellOf } from '../../src/cell/cells.ts';
import {
  backwardThroughTime,
  forwardThroughTime,
  type LayerGradients,
  type LayerWindow,
} from '../../src/cell/through-time.ts';
import { seededRandom } from '../../src/model/random.ts';
import { gradientCases, weightsOf } from '../reference/cells.ts';
import { NAMED_CELLS } from './cells.ts';

function windowOf(
  cell: Cell,
  { hidden: H, input: I }: CellWeights,
  steps: number,
  batch: number,
  x: Float32Array,
): LayerWindow {
  const samples = steps * batch;
  const v = new Float32Array(samples * (H + I));
  for (let s = 0; s < samples; s++) v.set(x.subarray(s * I, (s + 1) * I), s * (H + I) + H);
  return {
    steps,
    batch,
    v,
    state: new Float32Array(batch * cell.states * H),
    h: new Float32Array(samples * H),
    record: new Float32Array(samples * cell.record * H),
  };
}

function zeros({ W, b }: CellWeights): LayerGradients {
  return { W: new Float32Array(W.length), b: new Float32Array(b.length) };
}

/** Forward and back through all layers; gives the windows, gradients and dL/dx. */
function throughLayers(
  cell: Cell,
  layers: readonly CellWeights[],
  steps: number,
  batch: number,
  x: Float32Array,
  dy: Float32Array,
) {
  let below = x;
  const windows = layers.map((weights) => {
    const window = windowOf(cell, weights, steps, batch, below);
    forwardThroughTime(cell, weights, window);
    below = window.h;
    return window;
  });
  const gradients = layers.map(zeros);
  let dh = dy;
  for (let l = layers.length - 1; l >= 0; l--) {
    const dx = new Float32Array(steps * batch * layers[l]!.input);
    backwardThroughTime(cell, layers[l]!, windows[l]!, dh, dx, gradients[l]!);
    dh = dx;
  }
  return { y: below, gradients, dx: dh };
}

/** Largest difference, in parts of the largest magnitude that is expected. */
function relative(got: ArrayLike<number>, expected: readonly number[]): number {
  const largest = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, i) => Math.abs(got[i]! - value))) / largest;
}

describe('gradients are held against their references: 100 steps, each tensor within 1e-5 of its largest magnitude', () => {
  test.each(gradientCases())('$name', (fixture) => {
    const { cell, layers } = weightsOf(fixture);
    const { steps, batch, hidden: H } = fixture;
    const columns = cell.gates * H;
    const x = Float32Array.from(fixture.x);
    const { gradients, dx } = throughLayers(cell, layers, steps, batch, x, Float32Array.from(fixture.c));
    layers.forEach(({ input: I }, l) => {
      const { W, b } = gradients[l]!;
      const at = (row: number, j: number): number => W[row * columns + j]!;
      const hh = Array.from({ length: columns * H }, (_, i) => at(i % H, Math.floor(i / H)));
      const ih = Array.from({ length: columns * I }, (_, i) => at(H + (i % I), Math.floor(i / I)));
      expect(relative(hh, fixture.gradients[`weight_hh_l${l}`]!)).toBeLessThan(1e-5);
      expect(relative(ih, fixture.gradients[`weight_ih_l${l}`]!)).toBeLessThan(1e-5);
      expect(relative(b.subarray(0, columns), fixture.gradients[`bias_ih_l${l}`]!)).toBeLessThan(1e-5);
      const apart = cell.apart * H;
      const ofHidden = [...b.subarray(0, columns - apart), ...b.subarray(columns, columns + apart)];
      expect(relative(ofHidden, fixture.gradients[`bias_hh_l${l}`]!)).toBeLessThan(1e-5);
      const own = cell.ownTensor && fixture.gradients[`${cell.ownTensor}_l${l}`]!;
      if (own) expect(relative(b.subarray(columns + apart), own)).toBeLessThan(1e-5);
    });
    expect(relative(dx, fixture.dx)).toBeLessThan(1e-5);
  });
});

describe('gradients are held against numeric differences', () => {
  // the slope of ReLU has a step, which a difference goes over
  test.each(NAMED_CELLS.filter(([, cell]) => cell.activation !== 'relu'))('%s', (_, cell) => {
    const random = seededRandom(5);
    const [H, I, steps, batch] = [4, 2, 12, 2];
    const uniform = (n: number): Float32Array =>
      Float32Array.from({ length: n }, () => (random() - 0.5) * 1.2);
    const layers = [H, H].map((hidden, l): CellWeights => {
      const input = l === 0 ? I : H;
      return { hidden, input, W: uniform((H + input) * cell.gates * H), b: uniform(cell.biases * H) };
    });
    const x = uniform(steps * batch * I);
    const dy = uniform(steps * batch * H);
    const loss = (): number => {
      const { y } = throughLayers(cell, layers, steps, batch, x, dy);
      return y.reduce((sum, value, i) => sum + value * dy[i]!, 0);
    };
    const { gradients } = throughLayers(cell, layers, steps, batch, x, dy);
    for (const l of [0, 1]) {
      for (const name of ['W', 'b'] as const) {
        const tensor = layers[l]![name];
        for (let i = 0; i < tensor.length; i += 7) {
          const kept = tensor[i]!;
          tensor[i] = kept + 1e-2;
          const above = loss();
          tensor[i] = kept - 1e-2;
          const below = loss();
          tensor[i] = kept;
          expect(gradients[l]![name][i]).toBeCloseTo((above - below) / 2e-2, 2);
        }
      }
    }
  });
});

test('the way forward is that of step, and goes on where the window before ended', () => {
  const cell = cellOf('lstm');
  const random = seededRandom(9);
  const weights: CellWeights = {
    hidden: 3,
    input: 1,
    W: Float32Array.from({ length: 4 * 12 }, () => random() - 0.5),
    b: Float32Array.from({ length: 12 }, () => random() - 0.5),
  };
  const x = Float32Array.from({ length: 10 }, () => random());
  const state = new Float32Array(6);
  const expected: number[] = [];
  for (let t = 0; t < 10; t++) {
    cell.step(weights, state, 0, x, t, new Float32Array(12));
    expected.push(...state.subarray(0, 3));
  }
  const first = windowOf(cell, weights, 6, 1, x.subarray(0, 6));
  forwardThroughTime(cell, weights, first);
  const second = windowOf(cell, weights, 4, 1, x.subarray(6));
  second.state.set(first.state);
  forwardThroughTime(cell, weights, second);
  expect([...first.h, ...second.h]).toEqual(expected);
});
