import { expect, test } from 'vitest';
import { exp32, log32, sigmoid32, tanh32 } from '../../src/maths/float32.ts';

/** The largest error over a fine grid of float32 in [from, to]. */
function largest(from: number, to: number, error: (x: number) => number): number {
  let most = 0;
  for (let i = 0; i <= 400_000; i++)
    most = Math.max(most, error(Math.fround(from + ((to - from) * i) / 400_000)));
  return most;
}

test('exp: relative error below 1.2e-7', () => {
  expect(largest(-87.3, 88.3, (x) => Math.abs(exp32(x) / Math.exp(x) - 1))).toBeLessThan(1.2e-7);
});

test('sigmoid: absolute error below 1.2e-7', () => {
  expect(largest(-100, 100, (x) => Math.abs(sigmoid32(x) - 1 / (1 + Math.exp(-x))))).toBeLessThan(1.2e-7);
});

test('tanh: absolute error below 1.2e-7, odd, and exact at the ends', () => {
  expect(largest(-20, 20, (x) => Math.abs(tanh32(x) - Math.tanh(x)))).toBeLessThan(1.2e-7);
  expect(largest(0, 20, (x) => Math.abs(tanh32(x) + tanh32(-x)))).toBe(0);
  expect([tanh32(0), tanh32(1e30), tanh32(-1e30)]).toEqual([0, 1, -1]);
});

test('log: relative error below 1.2e-7, over all magnitudes', () => {
  const error = (x: number): number => Math.abs(log32(x) / Math.log(x) - 1);
  expect(largest(0.01, 0.999, error)).toBeLessThan(1.2e-7);
  expect(largest(1.001, 40, error)).toBeLessThan(1.2e-7);
  expect(largest(-149, 127.9, (x) => error(Math.fround(2 ** x)))).toBeLessThan(1.2e-7);
  expect([0, 1, -1, NaN, Infinity].map(log32)).toEqual([-Infinity, 0, NaN, NaN, Infinity]);
});

test('results are float32, and stay finite far outside', () => {
  for (const x of [-1e30, -90, -1, 0.3, 1, 90, 1e30]) {
    for (const f of [exp32, sigmoid32, tanh32]) {
      expect(Number.isFinite(f(x))).toBe(true);
      expect(Math.fround(f(x))).toBe(f(x));
    }
  }
});

test('bits are pinned: a change of these raises ARITHMETIC_REVISION', () => {
  const bits = new Int32Array(1);
  const real = new Float32Array(bits.buffer);
  let hash = 0;
  for (let i = -3000; i <= 3000; i++) {
    for (const f of [exp32, sigmoid32, tanh32]) {
      real[0] = f(i / 100);
      hash = (Math.imul(hash, 31) + bits[0]!) | 0;
    }
  }
  expect(hash).toMatchInlineSnapshot(`-1554157012`);
});

test('bits of log are pinned: a change of these changes what a training makes', () => {
  const bits = new Int32Array(1);
  const real = new Float32Array(bits.buffer);
  let hash = 0;
  for (let i = 1; i <= 6000; i++) {
    real[0] = log32(i / 100);
    hash = (Math.imul(hash, 31) + bits[0]!) | 0;
  }
  expect(hash).toMatchInlineSnapshot(`-340469799`);
});
