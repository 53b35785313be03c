import fc from 'fast-check';
import { type Observable } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { align, type Aligned, AlignSettings } from '../../src/align/align.ts';
import type { Gaps } from '../../src/align/gaps.ts';
import { CELL_NAMES } from '../../src/cell/cells.ts';
import { recur } from '../../src/cell/recur.ts';
import { writeInputs } from '../../src/cell/inputs.ts';
import type { Frame } from '../../src/frame.ts';
import { cosTurns, sinTurns } from '../../src/maths/turns.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel, type Model } from '../../src/model/model.ts';
import { seededRandom } from '../../src/model/random.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { scale, type Scaled, ScaleSettings } from '../../src/scale/scale.ts';
import { untidy } from '../align/readings.ts';
import { rowHashes, stateHash } from '../checks/bytes.ts';
import { stagesOf } from '../forecast/stages.ts';
import { alignedFrame, frameOf as readingsFrame, through } from '../frames.ts';

const HOUR = 3_600_000;
const H = 6;
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

describe.each(CELL_NAMES.flatMap((cell) => [1, 2, 3].map((layers) => [cell, layers] as const)))(
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

/** A reading after a gap of so many steps of an hour. */
interface GapStep {
  readonly series: string;
  readonly gap: number;
  readonly z: number;
  readonly begins?: boolean;
}

/** Readings of some series in turns, with gaps of up to nine steps; some begin anew. */
function gappy(seed: number, n: number): GapStep[] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, (_, i) => ({
    series: 'abc'[i % 3]!,
    gap: i < 3 ? 0 : random() < 0.4 ? 1 + Math.floor(random() * 9) : 1,
    z: Math.fround(4 * random() - 2),
    begins: i < 3 || random() < 0.04,
  }));
}

/** Puts steps into frames; hours run on by their gaps. */
class Gappy {
  readonly memory = new Memory();
  readonly #gaps: Gaps;
  readonly #hours = new Map<string, number>();

  constructor(gaps: Gaps) {
    this.#gaps = gaps;
  }

  frame(steps: readonly GapStep[]): Frame & Aligned & Scaled {
    const hours = steps.map(({ series, gap }) => {
      const hour = (this.#hours.get(series) ?? 0) + gap;
      this.#hours.set(series, hour);
      return hour;
    });
    const { memory } = this;
    return {
      ...alignedFrame(
        memory,
        steps.map(({ series, z }, i) => [series, hours[i]! * HOUR, z] as const),
        2,
      ),
      z: Float32Array.from(steps, ({ z }) => z),
      mean: new Float64Array(steps.length),
      spread: new Float64Array(steps.length),
      gap: Float64Array.from(steps, ({ gap }) => gap),
      step: new Float64Array(steps.length).fill(HOUR),
      restart: Uint8Array.from(steps, ({ begins }) => (begins ? 1 : 0)),
      gaps: this.#gaps,
    };
  }
}

/** h of the top layer after each step, by `cell.step`, as the policy has it. */
function gapsByHand(model: Model, gaps: Gaps, steps: readonly GapStep[]): number[][] {
  const { cell, layers, inputs: I, inputKind } = model;
  const width = cell.states * H;
  const states = new Map<string, Float32Array>();
  const hours = new Map<string, number>();
  return steps.map(({ series, gap, z, begins }) => {
    const hour = (hours.get(series) ?? 0) + gap;
    hours.set(series, hour);
    let state = states.get(series)!;
    const missing = begins ? 0 : Math.max(0, gap - 1);
    if (begins || (gaps.policy === 'reset' && missing > 0)) state = new Float32Array(width * layers.length);
    if (gaps.policy === 'decay') {
      let share = 1;
      for (let m = 0; m < missing; m++) share = Math.fround(share * gaps.decay);
      state = state.map((number) => Math.fround(number * share));
    }
    states.set(series, state);
    const before = gaps.policy === 'mask' ? missing : 0;
    for (let m = before; m >= 0; m--) {
      const x = new Float32Array(I);
      // one step alone: a reading, or a missing one, as a row of a frame without a gap before it
      const row = {
        channels: 1,
        value: Float64Array.of(z),
        z: Float32Array.of(m === 0 ? z : 0),
        time: Float64Array.of((hour - m) * HOUR),
        gap: Float64Array.of(gap - m),
        step: Float64Array.of(HOUR),
        restart: Uint8Array.of(begins ? 1 : 0),
        gaps: { policy: 'hold', decay: 0.9 },
      } as const;
      writeInputs(x, 0, inputKind, row, 0);
      if (m > 0 && inputKind === 'gaps') x[1] = 0;
      for (const [l, weights] of layers.entries()) {
        const [below, at] = l === 0 ? [x, 0] : [state, (l - 1) * width];
        cell.step(weights, state, l * width, below, at, new Float32Array(4 * H));
      }
    }
    const top = (layers.length - 1) * width;
    return Array.from(state.subarray(top, top + H));
  });
}

describe.each(['hold', 'mask', 'decay', 'reset'] as const)('gaps: %s', (policy) => {
  const gaps: Gaps = { policy, decay: 0.6 };

  test.each(
    CELL_NAMES.flatMap((cell) => (['plain', 'gaps'] as const).map((inputs) => [cell, inputs] as const)),
  )('%s with inputs %s: h is that of stepping the cell by hand, bit for bit', (cell, inputs) => {
    const model = createModel(ModelSettings.parse({ cell, inputs, layers: 2, hidden: H, horizon: 2 }), 1);
    const steps = gappy(11, 300);
    const stream = new Gappy(gaps);
    const stage = recur(stream.memory, model);
    const got: number[][] = [];
    for (let i = 0; i < steps.length; i += 3) {
      const { hidden } = through(stage, stream.frame(steps.slice(i, i + 3)))[0]!;
      for (let r = 0; r < 3; r++) got.push([...hidden.subarray(r * H, (r + 1) * H)]);
    }
    expect(got).toEqual(gapsByHand(model, gaps, steps));
  });

  test('differs from the others', () => {
    const model = modelOf('lstm', 1);
    const steps = gappy(12, 60);
    const last = (each: Gaps): unknown => gapsByHand(model, each, steps).at(-1);
    for (const other of ['hold', 'mask', 'decay', 'reset'] as const)
      if (other !== policy) expect(last({ ...gaps, policy: other })).not.toEqual(last(gaps));
  });
});

test('more missing steps than go through the kernel together: the same as by hand, one series at a time', () => {
  const model = modelOf('gru', 1);
  const gaps: Gaps = { policy: 'mask', decay: 0.9 };
  const names = Array.from({ length: 12 }, (_, s) => `s${s}`);
  const steps = [
    ...names.map((series) => ({ series, gap: 0, z: 1, begins: true })),
    ...names.map((series, s) => ({ series, gap: 900 + s, z: -1 })),
  ];
  const stream = new Gappy(gaps);
  const stage = recur(stream.memory, model);
  const frames = [steps.slice(0, 12), steps.slice(12)].map((part) => through(stage, stream.frame(part))[0]!);
  const got = frames.flatMap(({ hidden }) => names.map((_, r) => [...hidden.subarray(r * H, (r + 1) * H)]));
  expect(got).toEqual(gapsByHand(model, gaps, steps));
});

// Seen to fail when the model's cell steps the states of the cell that learns, and when its own do not fade.
test.each(['hold', 'mask', 'decay', 'reset'])(
  "gaps %s: beside a cell that learns, the model's own makes the steps that it makes alone",
  (gaps) => {
    const run = (options: object) => {
      const { push } = stagesOf({ align: { every: '1h', gaps, gapLimit: 5 }, ...options });
      const random = seededRandom(3);
      let hour = 0;
      return Array.from({ length: 300 }, () => {
        hour += random() < 0.1 ? 1 + Math.floor(8 * random()) : 1;
        return push(['a', hour * HOUR, random()], ['b', hour * HOUR, -random()])[0]!;
      });
    };
    const alone = run({ origin: 'seed', learn: 'head' });
    const beside = run({ origin: 'file', learn: 'full', forecast: { profile: 'full' } });
    expect(beside.map(({ modelHidden }) => modelHidden)).toEqual(alone.map(({ hidden }) => hidden));
    expect(beside.at(-1)!.hidden).not.toEqual(beside.at(-1)!.modelHidden);
    expect(alone.at(-1)!.modelHidden).toBeUndefined();
  },
);

test.each(['hold', 'mask', 'decay', 'reset'])(
  'gaps %s, inputs gaps, on a grid: any cut into frames gives the same h and the same state',
  (gaps) => {
    const model = createModel(ModelSettings.parse({ inputs: 'gaps', hidden: H, horizon: 2 }), 2);
    const run = (readings: ReturnType<typeof untidy>, cuts: readonly number[]) => {
      const memory = new Memory();
      const stages = [
        align(memory, AlignSettings.parse({ every: '2s', aggregate: 'mean', gaps }), 2),
        scale(memory, 2, ScaleSettings.parse({})),
        recur(memory, model),
      ] as const;
      const bounds = [0, ...[...new Set(cuts)].toSorted((a, b) => a - b), readings.length];
      const frames = bounds.slice(1).map((end, i) => ({
        ...readingsFrame(
          memory,
          readings.slice(bounds[i], end).map(({ series, time, value }) => [series, time, value] as const),
          bounds[i],
        ),
        channels: 2,
      }));
      const out = through((source: Observable<Frame>) => source.pipe(...stages), ...frames);
      return { rows: rowHashes(out), state: stateHash(memory) };
    };
    fc.assert(
      fc.property(fc.nat(1000), fc.array(fc.nat(299), { maxLength: 20 }), (seed, cuts) => {
        const readings = untidy(seed, 300);
        expect(run(readings, cuts)).toEqual(run(readings, []));
      }),
      { numRuns: 10 },
    );
  },
);
