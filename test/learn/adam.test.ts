import { expect, test } from 'vitest';
import { ADAM, adam, adamFactors, clipFactor, sumOfSquares } from '../../src/learn/adam.ts';

test('an update is that of the paper', () => {
  const settings = { ...ADAM, rate: 0.1, decay: 0.5 };
  const [p, g, m, v] = [
    [1, -2],
    [0.5, 3],
    [0, 0],
    [0, 0],
  ].map((values) => Float32Array.from(values)) as [Float32Array, Float32Array, Float32Array, Float32Array];
  adam(p, g, m, v, 1, adamFactors(settings, 0.9, 0.999));
  // the first step is rate × sign(g), after the decay
  expect(p[0]).toBeCloseTo(1 * 0.95 - 0.1, 5);
  expect(p[1]).toBeCloseTo(-2 * 0.95 - 0.1, 5);
  expect([...g]).toEqual([0, 0]);
});

test('finds the minimum of a parabola', () => {
  const [p, g, m, v] = [1, 0, 0, 0].map((value) => Float32Array.of(value)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  let [power1, power2] = [1, 1];
  for (let t = 0; t < 2000; t++) {
    g[0] = 2 * (p[0]! - 3);
    power1 *= ADAM.beta1;
    power2 *= ADAM.beta2;
    adam(p, g, m, v, 1, adamFactors({ ...ADAM, rate: 0.01 }, power1, power2));
  }
  expect(p[0]).toBeCloseTo(3, 3);
});

test('clipping brings the norm down to the limit, and never up', () => {
  const g = Float32Array.of(3, 4);
  expect(sumOfSquares(g)).toBe(25);
  expect(clipFactor(25, 1)).toBeCloseTo(0.2, 12);
  expect(clipFactor(25, 10)).toBe(1);
  expect(clipFactor(0, 1)).toBe(1);
});
