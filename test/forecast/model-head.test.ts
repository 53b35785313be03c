import { expect, test } from 'vitest';
import { ModelHead } from '../../src/forecast/model-head.ts';
import { planOf } from '../../src/forecast/plan.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';

const model = createModel(ModelSettings.parse({ hidden: 2, horizon: 3 }), 2);
const head = new ModelHead(model, planOf(model, ForecastSettings.parse({ horizons: [1, 3, 4] }), 0));
const question = {
  channel: 1,
  hidden: Float32Array.of(9, 9, 0.5, -0.25),
  hiddenAt: 2,
  mean: 100,
  spread: 4,
  value: 98,
  unit: 2,
};

/** What it says, to places of an array that has others before and after them. */
function said(more: object = {}): number[] {
  const out = new Float64Array(5).fill(7);
  head.moves({ ...question, ...more }, out, 1);
  expect([out[0], out[4]]).toEqual([7, 7]);
  return [...out.subarray(1, 4)];
}

test('is the way from the value to mean + spread × (W h + b), in units; nothing beyond its horizon', () => {
  const { W, b } = model.head;
  const z = (h: number): number => {
    const column = 3 + h - 1; // of channel 1
    return b[column]! + 0.5 * W[column]! - 0.25 * W[6 + column]!;
  };
  expect(said()).toEqual([(100 + 4 * z(1) - 98) / 2, (100 + 4 * z(3) - 98) / 2, 0]);
});

test('no number is farther than a million units, and without a unit there is no movement', () => {
  expect(said({ mean: 1e300 })).toEqual([1e6, 1e6, 0]);
  expect(said({ mean: -1e300 })).toEqual([-1e6, -1e6, 0]);
  expect(said({ unit: 0 })).toEqual([0, 0, 0]);
});

// Seen to fail where the last of the four sums is forgotten.
test.each([1, 2, 3, 4, 5, 7, 8, 12, 13])(
  'of %i horizons, the bits are those of one sum after the other',
  (horizon) => {
    for (const [hidden, channels, asked] of [
      [1, 1, horizon],
      [16, 3, horizon],
      [33, 2, Math.ceil(horizon / 2)],
    ] as const) {
      const wide = createModel(ModelSettings.parse({ hidden, horizon }), channels);
      const { W, b } = wide.head;
      const horizons = Array.from({ length: asked }, (_, i) => i + 1);
      const asking = new ModelHead(wide, planOf(wide, ForecastSettings.parse({ horizons }), 0));
      const h_t = Float32Array.from({ length: hidden }, (_, j) => ((j * 37) % 11) / 7 - 0.6);
      for (let channel = 0; channel < channels; channel++) {
        const out = new Float64Array(asked);
        const own = { channel, hidden: h_t, hiddenAt: 0, mean: 0, spread: 1, value: 0, unit: 1 };
        asking.moves(own, out, 0);
        const sums = horizons.map((h) => {
          const column = channel * horizon + h - 1;
          let sum = b[column]!;
          for (let j = 0; j < hidden; j++) sum += h_t[j]! * W[j * channels * horizon + column]!;
          return sum;
        });
        expect([...out]).toEqual(sums);
      }
    }
  },
);
