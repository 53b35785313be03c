import { expect, test } from 'vitest';
import { dot, packedLength, resetP, rlsGain } from '../../src/learn/rls.ts';
import { seededRandom } from '../../src/model/random.ts';

const options = { lambda: 0.9995, start: 0.3, traceLimit: 3 };

test('finds the weights of a linear relation', () => {
  const d = 5;
  const truth = [1, -2, 0.5, 0, 3];
  const P = new Float32Array(packedLength(d));
  resetP(P, 0, d, 10);
  const w = new Float32Array(d);
  const phi = new Float32Array(d);
  const gain = new Float32Array(d);
  const random = seededRandom(3);
  for (let t = 0; t < 500; t++) {
    for (let i = 0; i < d; i++) phi[i] = random() * 2 - 1;
    const y = truth.reduce((sum, v, i) => sum + v * phi[i]!, 0);
    rlsGain(P, 0, d, phi, 0, gain, 0, { ...options, lambda: 1, traceLimit: 1e9 }, new Float64Array(d));
    const error = y - dot(w, 0, phi, 0, d);
    for (let i = 0; i < d; i++) w[i] = w[i]! + gain[i]! * error;
  }
  truth.forEach((v, i) => expect(w[i]).toBeCloseTo(v, 2));
});

test('packed P equals the textbook update on a full matrix', () => {
  const d = 4;
  const P = new Float32Array(packedLength(d));
  resetP(P, 0, d, 1);
  let full: number[][] = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_v, j) => Number(i === j)),
  );
  const random = seededRandom(11);
  const gain = new Float32Array(d);
  for (let t = 0; t < 60; t++) {
    const phi = Float32Array.from({ length: d }, () => random() - 0.5);
    rlsGain(P, 0, d, phi, 0, gain, 0, { lambda: 0.99, start: 1, traceLimit: 1e9 }, new Float64Array(d));
    const v = full.map((row) => row.reduce((sum, p, j) => sum + p * phi[j]!, 0));
    const power = v.reduce((sum, value, i) => sum + value * phi[i]!, 0);
    const g = v.map((value) => value / (0.99 + power));
    full = full.map((row, i) => row.map((p, j) => (p - g[i]! * v[j]!) / 0.99));
    g.forEach((value, i) => expect(gain[i]).toBeCloseTo(value, 4));
  }
  for (let i = 0, k = 0; i < d; i++)
    for (let j = i; j < d; j++, k++) expect(P[k]).toBeCloseTo(full[i]![j]!, 3);
});

test('2,000,000 constant features: P stays bounded, no number becomes infinite', () => {
  const d = 4;
  const P = new Float32Array(packedLength(d));
  resetP(P, 0, d, options.start);
  const phi = Float32Array.from([1, 0, 0.5, 0]);
  const gain = new Float32Array(d);
  const work = new Float64Array(d);
  for (let t = 0; t < 2_000_000; t++) rlsGain(P, 0, d, phi, 0, gain, 0, options, work);
  expect([...P, ...gain].every((value) => Number.isFinite(value))).toBe(true);
  let trace = 0;
  for (let i = 0, k = 0; i < d; k += d - i, i++) trace += P[k]!;
  expect(trace).toBeLessThanOrEqual(options.traceLimit * 1.01);
});

test('a P that rounding has spoilt starts anew', () => {
  const d = 2;
  const P = Float32Array.from([-5, 0, 1]);
  const gain = Float32Array.from([9, 9]);
  rlsGain(P, 0, d, Float32Array.from([1, 0]), 0, gain, 0, options, new Float64Array(d));
  expect([...P]).toEqual([Math.fround(0.3), 0, Math.fround(0.3)]);
  expect([...gain]).toEqual([0, 0]);
});
