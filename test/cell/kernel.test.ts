import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cell, CellWeights } from '../../src/cell/cell.ts';
import { cellOf } from '../../src/cell/cells.ts';
import { Kernel } from '../../src/cell/kernel.ts';
import { Arena } from '../../src/memory/arena.ts';
import { seededRandom } from '../../src/model/random.ts';
import { bits } from '../bits.ts';
import { NAMED_CELLS } from './cells.ts';

function weightsOf(
  cell: Cell,
  H: number,
  inputs: number,
  layers: number,
  random: () => number,
): CellWeights[] {
  const numbers = (length: number): Float32Array =>
    Float32Array.from({ length }, () => (random() * 2 - 1) * 0.7);
  return Array.from({ length: layers }, (_, l) => {
    const I = l === 0 ? inputs : H;
    return { hidden: H, input: I, W: numbers((H + I) * cell.gates * H), b: numbers(cell.biases * H) };
  });
}

/** Steps rows of some series by the kernel in one frame, and by `cell.step` one by one; gives both results. */
function both(cell: Cell, H: number, I: number, layers: number, series: readonly number[], seed: number) {
  const random = seededRandom(seed);
  const weights = weightsOf(cell, H, I, layers, random);
  const width = cell.states * H;
  const count = Math.max(...series) + 1;
  const n = series.length;
  const start = Float32Array.from({ length: count * width * layers }, () => random() - 0.5);
  const x = Float32Array.from({ length: n * I }, () => (random() - 0.5) * 8);

  const expected = { state: start.slice(), hidden: new Float32Array(n * H) };
  const z = new Float32Array(cell.biases * H);
  series.forEach((s, i) => {
    const at = s * width * layers;
    weights.forEach((w, l) => {
      const below = l === 0 ? x : expected.state;
      cell.step(w, expected.state, at + l * width, below, l === 0 ? i * I : at + (l - 1) * width, z);
    });
    const top = at + (layers - 1) * width;
    expected.hidden.set(expected.state.subarray(top, top + H), i * H);
  });

  const arena = new Arena();
  const kernel = Kernel.of(arena);
  const stack = kernel.load({ cell, layers: weights });
  const bytes = Math.ceil((start.byteLength + 16) / 16) * 16;
  const states = arena.take(bytes);
  const room = kernel.room(stack, n);
  const { f32, i32 } = arena.view();
  f32.set(start, states / 4);
  f32[states / 4 + start.length] = 42; // what lies behind the last state
  f32.set(x, room.x / 4);
  series.forEach((s, i) => {
    i32[room.states / 4 + i] = states + s * width * layers * 4;
  });
  kernel.step(stack, room, n);
  const got = {
    state: f32.slice(states / 4, states / 4 + start.length),
    hidden: f32.slice(room.hidden / 4, room.hidden / 4 + n * H),
  };
  expect(f32[states / 4 + start.length]).toBe(42);
  return { expected, got };
}

describe.each(NAMED_CELLS)('%s', (_, cell) => {
  test('bits equal the TypeScript reference for any hidden size, width, layers and frames', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.nat(6), { minLength: 1, maxLength: 257 }),
        fc.nat(1e6),
        (H, I, layers, series, seed) => {
          const { expected, got } = both(cell, H, I, layers, series, seed);
          expect(bits(got.state)).toEqual(bits(expected.state));
          expect(bits(got.hidden)).toEqual(bits(expected.hidden));
        },
      ),
      { numRuns: 25 },
    );
  });

  test.each([1, 2, 3, 255, 256, 257])('a frame of %i rows', (n) => {
    const series = Array.from({ length: n }, (_v, i) => i);
    const { expected, got } = both(cell, 32, 3, 1, series, n);
    expect(bits(got.state)).toEqual(bits(expected.state));
  });
});

test('a cell that the kernel does not know is refused when it is loaded', () => {
  const cell: Cell = { ...cellOf('lstm'), kernel: 'SOMETHING' };
  const load = () => Kernel.of(new Arena()).load({ cell, layers: weightsOf(cell, 8, 3, 1, seededRandom(1)) });
  expect(load).toThrow(
    expect.objectContaining({ code: 'KERNEL_MISSING', message: expect.stringContaining('SOMETHING') }),
  );
});

test('a kind that the kernel has no equations of traps', () => {
  const arena = new Arena();
  const kernel = Kernel.of(arena);
  const stack = kernel.load({
    cell: cellOf('lstm'),
    layers: weightsOf(cellOf('lstm'), 8, 3, 1, seededRandom(1)),
  });
  const room = kernel.room(stack, 1);
  const { i32 } = arena.view();
  i32[room.states / 4] = arena.take(64);
  i32[stack.cell / 4] = 99;
  expect(() => kernel.step(stack, room, 1)).toThrow('unreachable');
});

test('weights are put into the arena once', () => {
  const arena = new Arena();
  const layers = weightsOf(cellOf('lstm'), 8, 3, 1, seededRandom(1));
  const stack = Kernel.of(arena).load({ cell: cellOf('lstm'), layers });
  expect(Kernel.of(arena).load({ cell: cellOf('lstm'), layers })).toBe(stack);
});

test('the workspace holds what was reserved most, and is one for all who ask', () => {
  const arena = new Arena();
  const kernel = Kernel.of(arena);
  kernel.reserve(5000);
  const small = kernel.workspace;
  kernel.reserve(100);
  expect(kernel.workspace).toBe(small);
  kernel.reserve(100_000);
  const large = kernel.workspace;
  expect(Kernel.of(arena).workspace).toBe(large);
  expect(arena.take(8192)).toBe(small); // given back
  expect(arena.take(16)).toBeGreaterThanOrEqual(large + 100_000);
});

test('keep: the same numbers of the same type lie in one place, others elsewhere, as they are', () => {
  const arena = new Arena();
  const kernel = Kernel.of(arena);
  const ints = kernel.keep(Int32Array.of(1, 2, 3));
  const reals = kernel.keep(Float64Array.of(1, 2, 3));
  expect(kernel.keep(Int32Array.of(1, 2, 3))).toBe(ints);
  expect(kernel.keep(Float64Array.of(1, 2, 3))).toBe(reals);
  expect(new Set([ints, reals, kernel.keep(Int32Array.of(1, 2, 4))]).size).toBe(3);
  expect(Array.from(arena.view().i32.slice(ints / 4, ints / 4 + 3))).toEqual([1, 2, 3]);
  expect(Array.from(arena.view().f64.slice(reals / 8, reals / 8 + 3))).toEqual([1, 2, 3]);
});
