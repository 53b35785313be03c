import { describe, expect, test } from 'vitest';
import { packedLength, resetP, rlsDot, rlsGain, rlsLearn } from '../../src/learn/rls.ts';
import { fromBfloat16, toBfloat16 } from '../../src/maths/bfloat16.ts';
import { seededRandom } from '../../src/model/random.ts';

const SETTINGS = { forgetting: 0.9995, start: 0.3, traceLimit: 3 };
const INNOVATION = { cut: 4, rate: 0.01 };

/** P of d features, at its beginning, and what goes with it. */
function begin(d: number, start: number) {
  const P = new Float32Array(packedLength(d));
  resetP(P, 0, d, start);
  return { P, phi: new Uint16Array(d), gain: new Uint16Array(d) };
}

function traceOf(P: Float32Array, d: number): number {
  let trace = 0;
  for (let i = 0, k = 0; i < d; k += d - i, i++) trace += P[k]!;
  return trace;
}

describe('rlsGain', () => {
  test('packed P equals the textbook update on a full matrix', () => {
    const d = 6;
    const { P, phi, gain } = begin(d, 1);
    let full = Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_v, j) => Number(i === j)));
    const random = seededRandom(11);
    for (let t = 0; t < 60; t++) {
      for (let j = 0; j < d; j++) phi[j] = toBfloat16(random() - 0.5);
      const x = [...phi].map(fromBfloat16);
      rlsGain(P, 0, d, phi, 0, gain, 0, { forgetting: 0.99, start: 1, traceLimit: 1e9 });
      const v = full.map((row) => row.reduce((sum, p, j) => sum + p * x[j]!, 0));
      const power = v.reduce((sum, value, i) => sum + value * x[i]!, 0);
      const g = v.map((value) => value / (0.99 + power));
      full = full.map((row, i) => row.map((p, j) => (p - g[i]! * v[j]!) / 0.99));
      g.forEach((value, i) => expect(fromBfloat16(gain[i]!)).toBeCloseTo(value, 2));
    }
    for (let i = 0, k = 0; i < d; i++)
      for (let j = i; j < d; j++, k++) expect(P[k]).toBeCloseTo(full[i]![j]!, 4);
  });

  test('reads and writes from the given places on, and nothing else', () => {
    const d = 5;
    const { P, phi, gain } = begin(d, 0.3);
    phi.set([1, -2, 0.5, 0, 3].map(toBfloat16));
    const length = packedLength(d);
    const moved = {
      P: new Float32Array(length + 3).fill(7),
      phi: new Uint16Array(d + 2).fill(7),
      gain: new Uint16Array(d + 5).fill(7),
    };
    moved.P.set(P, 2);
    moved.phi.set(phi, 1);
    rlsGain(P, 0, d, phi, 0, gain, 0, SETTINGS);
    rlsGain(moved.P, 2, d, moved.phi, 1, moved.gain, 4, SETTINGS);
    expect([...moved.P]).toEqual([7, 7, ...P, 7]);
    expect([...moved.gain]).toEqual([7, 7, 7, 7, ...gain, 7]);
  });

  test('forgets nothing where the trace of P would pass its limit', () => {
    const d = 4;
    const { P, phi, gain } = begin(d, SETTINGS.start);
    phi.set([1, 0, 0.5, 0].map(toBfloat16));
    for (let t = 0; t < 20_000; t++) rlsGain(P, 0, d, phi, 0, gain, 0, SETTINGS);
    expect(traceOf(P, d)).toBeLessThanOrEqual(SETTINGS.traceLimit);
    expect(traceOf(P, d)).toBeGreaterThan(0.99 * SETTINGS.traceLimit);
  });

  test('a P that rounding has spoilt starts anew', () => {
    const P = Float32Array.from([-5, 0, 1]);
    const gain = Uint16Array.from([9, 9]);
    rlsGain(P, 0, 2, Uint16Array.from([1, 0], toBfloat16), 0, gain, 0, SETTINGS);
    expect([...P]).toEqual([Math.fround(0.3), 0, Math.fround(0.3)]);
    expect([...gain]).toEqual([0, 0]);
  });
});

test('rlsDot is w·φ', () => {
  const w = Float32Array.from([9, 1, 2, 3, 4, 5, 6]);
  const phi = Uint16Array.from([9, 9, 1, -1, 0.5, 2, 1, 0.25], toBfloat16);
  expect(rlsDot(w, 1, phi, 2, 6)).toBe(1 - 2 + 1.5 + 8 + 5 + 1.5);
});

describe('rlsLearn', () => {
  /** One step with w = 0 and φ = g = 1: how far w moves is the error that was learned from. */
  function step(usual: number, moved: number) {
    const w = new Float32Array(1);
    const size = Float32Array.of(usual);
    const one = Uint16Array.of(toBfloat16(1));
    rlsLearn(w, 0, size, 0, one, 0, one, 0, 1, moved, INNOVATION);
    return { error: w[0], usual: size[0] };
  }

  test('an innovation is cut at four times its usual size, which then follows slowly', () => {
    expect(step(2, 3)).toEqual({ error: 3, usual: Math.fround(2 + 0.01 * (3 - 2)) });
    expect(step(2, -100)).toEqual({ error: -8, usual: Math.fround(2 + 0.01 * (8 - 2)) });
  });

  test('the first is cut at four units, and is the usual size', () => {
    expect(step(0, -1.5)).toEqual({ error: -1.5, usual: 1.5 });
    expect(step(0, 1e6)).toEqual({ error: 4, usual: 4 });
  });

  test('with the gains of rlsGain finds the weights of a linear relation', () => {
    const d = 5;
    const truth = [1, -2, 0.5, 0, 3];
    const { P, phi, gain } = begin(d, 10);
    const w = new Float32Array(d);
    const usual = new Float32Array(1);
    const random = seededRandom(3);
    for (let t = 0; t < 1000; t++) {
      for (let j = 0; j < d; j++) phi[j] = toBfloat16(random() * 2 - 1);
      const moved = truth.reduce((sum, v, j) => sum + v * fromBfloat16(phi[j]!), 0);
      rlsGain(P, 0, d, phi, 0, gain, 0, { ...SETTINGS, traceLimit: 1e9 });
      rlsLearn(w, 0, usual, 0, phi, 0, gain, 0, d, moved, INNOVATION);
    }
    truth.forEach((v, j) => expect(w[j]).toBeCloseTo(v, 2));
  });
});
