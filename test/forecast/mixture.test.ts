import { describe, expect, test } from 'vitest';
import { blame, MIXTURE, mixed } from '../../src/forecast/mixture.ts';
import { toBfloat16 } from '../../src/maths/bfloat16.ts';
import { seededRandom } from '../../src/model/random.ts';

/** A mixture of one horizon, and the movement of each target in turn; `says` of the experts after the last value. */
function mixture(experts: number) {
  const state = new Float32Array(MIXTURE + experts);
  return {
    state,
    mix: (...says: readonly number[]): number => mixed(state, Float64Array.from(says), experts, 1, 0),
    see: (moved: number, ...says: readonly number[]): void => {
      const mix = mixed(state, Float64Array.from(says), experts, 1, 0);
      blame(state, Uint16Array.from(says, toBfloat16), experts, 1, 0, mix, moved);
    },
  };
}

describe('mixed', () => {
  test('begins with the last value: no movement, whatever the others say', () => {
    expect(Math.abs(mixture(3).mix(5, -7))).toBeLessThan(1e-7);
  });

  test('goes to the expert that is right, from the last value', () => {
    const { mix, see } = mixture(4);
    const random = seededRandom(1);
    for (let t = 0; t < 2000; t++) {
      const moved = random() * 2 - 1;
      see(moved, -moved, moved, 0.5);
    }
    expect(mix(-1, 1, 0.5)).toBeGreaterThan(0.99);
  });

  test('stays with the last value where the others are no better than it', () => {
    const { mix, see } = mixture(3);
    const random = seededRandom(2);
    for (let t = 0; t < 2000; t++) see(random() * 2 - 1, random() * 2 - 1, 3);
    expect(Math.abs(mix(1, 0))).toBeLessThan(0.05);
  });

  test('changes its mind when the expert that was right is wrong from now on', () => {
    const { mix, see } = mixture(3);
    const random = seededRandom(3);
    const steps = (count: number, right: 0 | 1): void => {
      for (let t = 0; t < count; t++) {
        const moved = random() * 2 - 1;
        see(moved, right === 0 ? moved : -moved, right === 1 ? moved : -moved);
      }
    };
    steps(1500, 0);
    expect(mix(1, 0)).toBeGreaterThan(0.9);
    steps(1500, 1);
    expect(mix(0, 1)).toBeGreaterThan(0.9);
  });

  test('equals the formula by hand', () => {
    const state = Float32Array.from([50, 1, 2, 1, 0.5, 0.25, 1]);
    const norm = 2 * (1 - 0.997);
    const prior = 20 / (1 + 50 * 0.02);
    const weights = [
      Math.exp(-(0.15 * 0.25) / norm),
      Math.exp(-prior),
      Math.exp(-(0.15 * 0.75) / norm - prior),
    ];
    const expected = (weights[1]! * 3 + weights[2]! * -4) / (weights[0]! + weights[1]! + weights[2]!);
    const got = mixed(state, Float64Array.of(3, -4), 3, 1, 0);
    expect(Math.abs(got / expected - 1)).toBeLessThan(1e-5);
  });
});

describe('blame', () => {
  test('equals the formulas by hand: Huber’s losses, discounted, and the means', () => {
    const state = Float32Array.from([7, 0.25, 0.5, 2, 1, 2, 4]);
    blame(state, Uint16Array.from([2.5, -2], toBfloat16), 3, 1, 0, 1.5, 3);
    const edge = 2 * 0.5; // of a mean square error of 0.25
    const losses = [edge * (2 * 3 - edge), 0.25, edge * (2 * 5 - edge)];
    const mean = (losses[0]! + losses[1]! + losses[2]!) / 3;
    const expected = [
      8,
      0.25 + 0.005 * (1.5 ** 2 - 0.25),
      0.5 + 0.01 * (mean - 0.5),
      2 + 0.005 * (3 - 2),
      ...losses.map((loss, e) => [1, 2, 4][e]! * 0.997 + 0.003 * loss),
    ];
    expected.forEach((x, i) => expect(state[i]).toBeCloseTo(x, 6));
  });

  test('one monstrous target moves no number far', () => {
    const calm = mixture(3);
    const random = seededRandom(4);
    for (let t = 0; t < 500; t++) calm.see(random() * 2 - 1, 0.1, -0.1);
    const before = calm.state.slice();
    calm.see(1e6, 0.1, -0.1);
    for (const row of [1, 2, 3]) expect(calm.state[row]! / before[row]!).toBeLessThan(3.1);
    for (let e = MIXTURE; e < before.length; e++)
      expect(calm.state[e]! - before[e]!).toBeLessThan(0.61 * before[2]!);
  });

  test('the first target counts as at most ten units', () => {
    const { state, see } = mixture(2);
    see(-1e6, 0);
    expect(state[3]).toBe(10);
    expect(state[1]).toBe(100);
  });

  test('horizons lie side by side and do not touch one another', () => {
    const [E, Q] = [3, 4];
    const state = Float32Array.from({ length: (MIXTURE + E) * Q }, (_, i) => 1 + (i % 5));
    const alone = Float32Array.from({ length: MIXTURE + E }, (_, row) => state[row * Q + 2]!);
    const before = state.slice();
    const said = Uint16Array.from({ length: (E - 1) * Q }, (_, i) => toBfloat16(i - 3));
    blame(alone, Uint16Array.of(said[2]!, said[Q + 2]!), E, 1, 0, 0.5, 2);
    blame(state, said, E, Q, 2, 0.5, 2);
    state.forEach((x, i) => expect(x).toBe(i % Q === 2 ? alone[(i - 2) / Q] : before[i]));
  });
});
