import { describe, expect, test } from 'vitest';
import { type LossSettings, lossOf } from '../../src/learn/loss.ts';

interface Case {
  readonly settings: LossSettings;
  readonly y: readonly number[];
  readonly target: readonly number[];
  /** As PyTorch 2.15 gives it, reduction "sum". */
  readonly sum: number;
}

// mse_loss, l1_loss and cross_entropy of PyTorch; pinball by its definition max(τ(t − y), (τ − 1)(t − y))
const CASES: readonly Case[] = [
  { settings: { kind: 'mse' }, y: [0.5, -1, 2], target: [1, -1.5, 2], sum: 0.5 },
  { settings: { kind: 'mae' }, y: [0.5, -1, 2], target: [1, -1.5, 2], sum: 1 },
  {
    settings: { kind: 'pinball', quantiles: [0.1, 0.5, 0.9] },
    y: [0, 1, 3, -1, 0, 0.25],
    target: [2, -0.5],
    sum: 0.2 + 0.5 + 0.1 + 0.05 + 0.25 + 0.075,
  },
  {
    settings: { kind: 'cross-entropy', classes: 4 },
    y: [1, -2, 0.5, 3],
    target: [2],
    sum: 2.702_253_447_679_352,
  },
];

describe.each(CASES)('$settings.kind', ({ settings, y, target, sum }) => {
  const loss = lossOf(settings);
  const D = target.length;

  function row(outputs: readonly number[], targets: readonly number[], scale = 1) {
    const dy = new Float32Array(outputs.length + 2).fill(7);
    const value = loss.row(
      Float32Array.from([9, ...outputs]),
      1,
      Float32Array.from([9, ...targets]),
      1,
      D,
      scale,
      dy,
      1,
    );
    expect([dy[0], dy.at(-1)]).toEqual([7, 7]);
    return { value, dy: [...dy.subarray(1, -1)] };
  }

  test('the sum of the terms', () => {
    expect(loss.outputs(D)).toBe(y.length);
    expect(Math.abs(row(y, target).value - sum)).toBeLessThan(1e-6);
  });

  test('the gradient is that of numeric differences, and scaled', () => {
    const { dy } = row(y, target);
    y.forEach((_, i) => {
      const at = (step: number): number => row(y.with(i, y[i]! + step), target).value;
      const difference = (at(1 / 256) - at(-1 / 256)) / (2 / 256);
      expect(Math.abs(dy[i]! - difference)).toBeLessThan(1e-3);
    });
    row(y, target, 0.125).dy.forEach((gradient, i) => expect(gradient).toBeCloseTo(dy[i]! / 8, 6));
  });

  test('a target that is not known counts for nothing', () => {
    const { value, dy } = row(
      y,
      target.map(() => NaN),
    );
    expect([value, ...dy]).toEqual([0, ...y.map(() => 0)]);
  });
});

test('cross-entropy stays finite for outputs far apart', () => {
  const loss = lossOf({ kind: 'cross-entropy', classes: 2 });
  const dy = new Float32Array(2);
  expect(loss.row(Float32Array.of(1e4, -1e4), 0, Float32Array.of(1), 0, 1, 1, dy, 0)).toBeCloseTo(2e4, -1);
  expect([...dy]).toEqual([1, -1]);
});
