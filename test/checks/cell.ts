import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/model/random.ts';
import { type CellCase, cellCases, weightsOf } from '../reference/cells.ts';

/** What every cell must hold to; call it once a cell with the names of its fixtures' kind. */
export function checkCell(kind: CellCase['kind']): void {
  const cases = cellCases().filter((fixture) => fixture.kind === kind);

  describe(`${kind} is held against its reference`, () => {
    test('there are fixtures of it', () => expect(cases.length).toBeGreaterThan(0));

    test.each(cases)('$name: h of 120 carried steps within 1e-6, C at the end too', (fixture) => {
      const { cell, layers } = weightsOf(fixture);
      const H = fixture.hidden;
      const width = cell.states * H;
      const state = new Float32Array(width * layers.length);
      const z = new Float32Array(cell.biases * H);
      const steps = fixture.x.length / fixture.input;
      expect(steps).toBeGreaterThanOrEqual(100);
      let worst = 0;
      for (let t = 0; t < steps; t++) {
        const x = Float32Array.from(fixture.x.slice(t * fixture.input, (t + 1) * fixture.input));
        layers.forEach((weights, l) => {
          cell.step(weights, state, l * width, l === 0 ? x : state, l === 0 ? 0 : (l - 1) * width, z);
        });
        const top = (layers.length - 1) * width;
        for (let j = 0; j < H; j++)
          worst = Math.max(worst, Math.abs(state[top + j]! - fixture.y[t * H + j]!));
      }
      fixture.c.forEach((c, i) => {
        const at = Math.floor(i / H) * width + H + (i % H);
        worst = Math.max(worst, Math.abs(state[at]! - c));
      });
      expect(worst).toBeLessThan(1e-6);
    });

    test('a step touches its own state only, and depends on nothing else', () => {
      const { cell, layers } = weightsOf(cases[0]!);
      const [weights] = layers;
      const H = weights!.hidden;
      const random = seededRandom(7);
      const width = cell.states * H;
      const around = Float32Array.from({ length: 3 * width }, random);
      const alone = around.slice(width, 2 * width);
      const x = Float32Array.from({ length: weights!.input }, random);
      const before = around.slice();
      cell.step(weights!, around, width, x, 0, Float32Array.from({ length: cell.biases * H }, random));
      cell.step(weights!, alone, 0, x, 0, new Float32Array(cell.biases * H));
      expect(around.subarray(width, 2 * width)).toEqual(alone);
      expect(around.subarray(0, width)).toEqual(before.subarray(0, width));
      expect(around.subarray(2 * width)).toEqual(before.subarray(2 * width));
      expect(around.subarray(width, 2 * width)).not.toEqual(before.subarray(width, 2 * width));
    });

    test('large inputs keep the state finite', () => {
      const { cell, layers } = weightsOf(cases[0]!);
      const [weights] = layers;
      const state = new Float32Array(cell.states * weights!.hidden);
      const x = new Float32Array(weights!.input).fill(1e6);
      for (let t = 0; t < 50; t++)
        cell.step(weights!, state, 0, x, 0, new Float32Array(cell.biases * weights!.hidden));
      expect(state.every((value) => Number.isFinite(value))).toBe(true);
    });
  });
}
