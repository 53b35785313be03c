import { expect, test } from 'vitest';
import { headMoves, ModelHead } from '../../src/forecast/model-head.ts';
import { planOf } from '../../src/forecast/plan.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';
import { Workspace } from '../../src/forecast/workspace.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel, type Model } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';

const model = createModel(ModelSettings.parse({ hidden: 2, horizon: 3 }), 2);
const head = headOf(model, [1, 3, 4]);
const question = {
  channel: 1,
  hidden: Float32Array.of(9, 9, 0.5, -0.25),
  hiddenAt: 2,
  mean: 100,
  spread: 4,
  value: 98,
  unit: 2,
};

function headOf(asked: Model, horizons: readonly number[]): ModelHead {
  const memory = new Memory();
  const plan = planOf(asked, ForecastSettings.parse({ horizons }), 0);
  return new ModelHead(memory, asked, plan, new Workspace(memory, plan, 0, 0, asked.hidden));
}

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

// Seen to fail where the last pair of outputs is forgotten, where the outputs of the first channel are taken for all, and where sums begin at 0.
test.each([1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 24])(
  'of %i horizons, the bits are those of the reference, one sum after the other',
  (horizon) => {
    for (const [hidden, channels, farthest] of [
      [1, 1, horizon],
      [16, 3, horizon + 2],
      [33, 2, Math.ceil(horizon / 2)],
    ] as const) {
      const wide = createModel(ModelSettings.parse({ hidden, horizon }), channels);
      const horizons = Array.from({ length: farthest }, (_, i) => i + 1);
      const asking = headOf(wide, horizons);
      const h_t = Float32Array.from({ length: hidden + 3 }, (_, j) => ((j * 37) % 11) / 7 - 0.6);
      for (let channel = 0; channel < channels; channel++) {
        const own = { channel, mean: 3.1, spread: 0.7, value: 2.9, unit: 0.3 };
        const out = new Float64Array(farthest);
        asking.moves({ ...own, hidden: h_t, hiddenAt: 3 }, out, 0);
        expect([...out]).toEqual(headMoves(wide.head, wide, horizons, h_t.subarray(3), own));
      }
    }
  },
);
