import { describe, expect, test } from 'vitest';
import type { Aligned } from '../../src/align/align.ts';
import { recur } from '../../src/cell/recur.ts';
import type { Frame } from '../../src/frame.ts';
import { cosTurns, sinTurns } from '../../src/maths/turns.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel, type Model } from '../../src/model/model.ts';
import { seededRandom } from '../../src/model/random.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import type { Scaled } from '../../src/scale/scale.ts';
import { alignedFrame, through } from '../frames.ts';

const HOUR = 3_600_000;
const H = 6;
const CELLS = ['rnn', 'lstm', 'gru'] as const;
const modelOf = (cell: string, layers: number, channels = 1): Model =>
  createModel(ModelSettings.parse({ cell, layers, hidden: H, horizon: 2 }), channels);

/** One standardised reading: series, hour, z of each channel; `begins` where the series begins anew. */
interface Step {
  readonly series: string;
  readonly hour: number;
  readonly z: readonly number[];
  readonly begins?: boolean;
}

function frameOf(memory: Memory, steps: readonly Step[]): Frame & Aligned & Scaled {
  const frame = alignedFrame(
    memory,
    steps.map(({ series, hour, z }) => [series, hour * HOUR, z] as const),
    2,
  );
  const z = Float32Array.from(steps.flatMap((step) => step.z));
  const restart = Uint8Array.from(steps, ({ begins }) => (begins ? 1 : 0));
  return { ...frame, z, restart, mean: new Float64Array(z.length), spread: new Float64Array(z.length) };
}

/** h of the top layer after each step, by `cell.step` alone. */
class ByHand {
  readonly #model: Model;
  readonly #state = new Map<string, Float32Array>();

  constructor(model: Model) {
    this.#model = model;
  }

  step({ series, hour, z, begins }: Step): Float32Array {
    const { cell, layers } = this.#model;
    const width = cell.states * H;
    let state = this.#state.get(series);
    if (!state || begins) this.#state.set(series, (state = new Float32Array(width * layers.length)));
    const turns = hour / 24;
    const x = Float32Array.of(...z, sinTurns(turns), cosTurns(turns));
    for (const [l, weights] of layers.entries()) {
      const below = l === 0 ? x : state;
      cell.step(weights, state, l * width, below, l === 0 ? 0 : (l - 1) * width, new Float32Array(4 * H));
    }
    const top = (layers.length - 1) * width;
    return state.slice(top, top + H);
  }
}

/** Steps of some series in turns. */
function walk(seed: number, n: number, channels = 1): Step[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, (_, i) => ({
    series: 'abc'[i % 3]!,
    hour: i * 0.7,
    z: Array.from({ length: channels }, () => Math.fround(4 * random() - 2)),
    begins: i < 3,
  }));
}

describe.each(CELLS.flatMap((cell) => [1, 2, 3].map((layers) => [cell, layers] as const)))(
  '%s, %d layers',
  (cell, layers) => {
    test('equals stepping the cell by hand, bit for bit, over many series and frames', () => {
      const model = modelOf(cell, layers, 2);
      const memory = new Memory();
      const stage = recur(memory, model);
      const steps = walk(layers, 240, 2);
      const byHand = new ByHand(model);
      const expected = steps.map((step) => [...byHand.step(step)]);
      const got: number[][] = [];
      for (let i = 0; i < steps.length; i += 3) {
        const { hidden } = through(stage, frameOf(memory, steps.slice(i, i + 3)))[0]!;
        for (let r = 0; r < 3; r++) got.push([...hidden.subarray(r * H, (r + 1) * H)]);
      }
      expect(got).toEqual(expected);
    });

    test('a series that begins anew starts from h = C = 0 in every layer; the others do not notice', () => {
      const model = modelOf(cell, layers);
      const memory = new Memory();
      const stage = recur(memory, model);
      const last = (steps: readonly Step[], name: string): number[] => {
        const frame = through(stage, frameOf(memory, steps)).at(-1)!;
        const row = frame.name.indexOf(name);
        return [...frame.hidden.subarray(row * H, (row + 1) * H)];
      };
      const steps = walk(7, 30);
      for (const step of steps) last([step], step.series);
      const again = { series: 'b', hour: 50, z: [0.5], begins: true };
      const other = { series: 'a', hour: 50, z: [0.5] };
      const both = last([again, other], 'b');
      expect(both).toEqual([...new ByHand(model).step(again)]);

      const byHand = new ByHand(model);
      for (const step of steps) byHand.step(step);
      const expected = [...byHand.step(other)];
      const after = [...byHand.step({ ...other, hour: 51 })];
      expect(after).not.toEqual(expected);
      expect(last([{ ...other, hour: 51 }], 'a')).toEqual(after);
    });
  },
);

test('h and C are the state: they lie in Memory, and a Memory that is filled with them goes on the same', () => {
  const model = modelOf('lstm', 2);
  const [one, other] = [new Memory(), new Memory()];
  const [stage, again] = [recur(one, model), recur(other, model)];
  const steps = walk(3, 60);
  for (const step of steps.slice(0, 30)) through(stage, frameOf(one, [step]));
  other.restore(
    [...one.changed()].map(({ series, bytes }) => ({ series, bytes: bytes.slice() })),
    one.partitionBytes().slice(),
  );
  for (const step of steps.slice(30)) {
    const [expected] = through(stage, frameOf(one, [step]));
    expect(through(again, frameOf(other, [step]))[0]!.hidden).toEqual(expected!.hidden);
  }
});

test('the time of day is an input: the same values at another hour move h elsewhere', () => {
  const model = modelOf('gru', 1);
  const hiddenAt = (hour: number): Float32Array => {
    const memory = new Memory();
    return through(recur(memory, model), frameOf(memory, [{ series: 'a', hour, z: [1], begins: true }]))[0]!
      .hidden;
  };
  expect(hiddenAt(30)).toEqual(hiddenAt(6));
  expect(hiddenAt(7)).not.toEqual(hiddenAt(6));
});

test('a frame without rows gives no hidden states', () => {
  const memory = new Memory();
  expect(through(recur(memory, modelOf('lstm', 1)), frameOf(memory, []))[0]!.hidden.length).toBe(0);
});
