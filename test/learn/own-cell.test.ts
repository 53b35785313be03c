import { describe, expect, test } from 'vitest';
import type { CellWeights } from '../../src/cell/cell.ts';
import { CELL_NAMES, type CellName } from '../../src/cell/cells.ts';
import { packLayer, packLinear, padTo4, unpackLayer, unpackLinear } from '../../src/cell/pack.ts';
import { backwardThroughTime, forwardThroughTime } from '../../src/cell/through-time.ts';
import { cut } from '../../src/forecast/base.ts';
import { ForecastState } from '../../src/forecast/state.ts';
import { ADAM, adam, adamFactors, clipFactor, sumOfSquares } from '../../src/learn/adam.ts';
import { linear, linearBack } from '../../src/learn/linear.ts';
import { seededRandom } from '../../src/model/random.ts';
import { bits } from '../bits.ts';
import { stagesOf } from '../forecast/stages.ts';

const HOUR = 3_600_000;
const WINDOW = 24;
const TAUGHT = [1, 3, 6];
const RING = WINDOW + 6 + 1;
const H = 5;

/** A series with a memory: what comes is a smooth wandering with a wave on it. */
function values(count: number, seed = 1): number[] {
  const random = seededRandom(seed);
  let slow = 0;
  return Array.from({ length: count }, (_, i) => {
    slow = 0.9 * slow + random() - 0.5;
    return 20 + 3 * Math.sin(i / 3) + slow;
  });
}

/** The stages with a cell that learns, and its numbers in Memory. */
function learning(cell: CellName = 'lstm') {
  const stages = stagesOf({ hidden: H, horizon: 6, learn: 'full', cell });
  const { memory, model, settings } = stages;
  const state = new ForecastState(memory, model, settings);
  const [layer] = model.layers as [CellWeights];
  const outputs = TAUGHT.length;
  const slot = (name: string): Float32Array => {
    const found = memory.seriesSlot(name)!;
    return memory.view().f32.slice(found.at(0), found.at(0) + found.width);
  };
  const cellOf = (name: string): { W: Float32Array; b: Float32Array } => {
    const numbers = slot(name);
    const size = packLayer(model.cell, layer).W.length;
    return unpackLayer(model.cell, layer, { W: numbers.subarray(0, size), b: numbers.subarray(size) });
  };
  const headOf = (name: string): { W: Float32Array; b: Float32Array } => {
    const numbers = slot(name);
    const size = H * padTo4(outputs);
    return unpackLinear({ W: numbers.subarray(0, size), b: numbers.subarray(size) }, H, outputs);
  };
  const own = () => ({
    cell: cellOf('own.cell'),
    head: headOf('own.head'),
    m: [cellOf('own.cell.m'), headOf('own.head.m')],
    v: [cellOf('own.cell.v'), headOf('own.head.v')],
  });
  return { ...stages, state, layer, slot, own };
}

/** The update that step k asks for, by the plain loops, from what there was before it. */
function plainUpdate(
  { memory, model, state, layer, slot }: ReturnType<typeof learning>,
  before: ReturnType<ReturnType<typeof learning>['own']>,
  k: number,
  updates: number,
) {
  const { cell, inputs: I } = model;
  const first = k - ((k / 4) % 2 === 1 ? TAUGHT.at(-1)! : 0) - WINDOW + 1;
  const [inputs, states] = [slot('own.inputs'), slot('own.states')];
  const width = cell.states * H;
  const place = (s: number): number => s % RING;
  const window = {
    steps: WINDOW,
    batch: 1,
    v: new Float32Array(WINDOW * (H + I)),
    state: states.slice(place(first - 1) * width, (place(first - 1) + 1) * width),
    h: new Float32Array(WINDOW * H),
    record: new Float32Array(WINDOW * cell.record * H),
  };
  for (let t = 0; t < WINDOW; t++)
    window.v.set(inputs.subarray(place(first + t) * I, (place(first + t) + 1) * I), t * (H + I) + H);
  const weights = { ...layer, ...structuredClone(before.cell) };
  const head = structuredClone(before.head);
  forwardThroughTime(cell, weights, window);
  const y = linear(head, window.h);
  const unit = state.base.unit(0, 0);
  const at = (s: number): number => state.past.offset(0, 0, s);
  const targets = Array.from({ length: WINDOW }, (_, t) =>
    TAUGHT.map((h) => (first + t + h > k ? NaN : cut((at(first + t + h) - at(first + t)) / unit, 4))),
  ).flat();
  const known = targets.filter((target) => !Number.isNaN(target)).length;
  const dy = Float32Array.from(targets, (target, i) =>
    Number.isNaN(target) ? 0 : Math.fround(cut(y[i]! - target, 1)) / known,
  );
  const empty = ({ W, b }: { W: Float32Array; b: Float32Array }) => ({
    W: new Float32Array(W.length),
    b: new Float32Array(b.length),
  });
  const gradients = [empty(weights), empty(head)] as const;
  const dh = linearBack(head, window.h, dy, gradients[1]);
  backwardThroughTime(cell, weights, window, dh, new Float32Array(WINDOW * I), gradients[0]);
  const packed = [
    packLayer(cell, { ...layer, ...gradients[0] }),
    packLinear(gradients[1], H, TAUGHT.length),
  ].map(({ W, b }) => Float32Array.from([...W, ...b]));
  const squares = packed.reduce((sum, one) => sum + sumOfSquares(one), 0);
  const [b1, b2] = [ADAM.beta1, ADAM.beta2].map((beta) => {
    let power = 1;
    for (let i = 0; i < updates; i++) power *= beta;
    return power;
  }) as [number, number];
  const factors = adamFactors({ ...ADAM, rate: 3e-3 }, b1, b2);
  [weights, head].forEach((parameters, i) => {
    for (const tensor of ['W', 'b'] as const)
      adam(
        parameters[tensor],
        gradients[i]![tensor],
        before.m[i]![tensor],
        before.v[i]![tensor],
        clipFactor(squares, 1),
        factors,
      );
  });
  memory.view();
  return { cell: { W: weights.W, b: weights.b }, head };
}

const tensors = ({
  cell,
  head,
}: {
  cell: { W: Float32Array; b: Float32Array };
  head: { W: Float32Array; b: Float32Array };
}) => [cell.W, cell.b, head.W, head.b].map(bits);

describe.each(CELL_NAMES)('%s', (cell) => {
  test('begins as the model, and every update has the bits of the plain loops', () => {
    const stages = learning(cell);
    let updates = 0;
    values(120).forEach((value, i) => {
      const k = i + 1;
      const before = k === 1 ? undefined : stages.own();
      stages.push(['a', k * HOUR, value]);
      const after = stages.own();
      const first = k - ((k / 4) % 2 === 1 ? 6 : 0) - WINDOW + 1;
      if (k === 1) expect(bits(after.cell.W)).toEqual(bits(stages.layer.W));
      else if (k % 4 !== 0 || first <= 1) expect(tensors(after)).toEqual(tensors(before!));
      else {
        updates++;
        const expected = plainUpdate(stages, before!, k, updates);
        expect(tensors(after)).toEqual(tensors(expected));
        expect(tensors(after)).not.toEqual(tensors(before!));
      }
    });
    expect(updates).toBeGreaterThan(20);
  });
});

test('each series has a cell of its own', () => {
  const stages = learning();
  const [one, two] = [values(100, 1), values(100, 2)];
  for (let i = 0; i < 100; i++) {
    stages.push(['a', (i + 1) * HOUR, one[i]!], ['b', (i + 1) * HOUR, two[i]!]);
  }
  const alone = learning();
  one.forEach((value, i) => alone.push(['a', (i + 1) * HOUR, value]));
  expect(tensors(stages.own())).toEqual(tensors(alone.own()));
  const slot = stages.memory.seriesSlot('own.cell')!;
  const { f32 } = stages.memory.view();
  expect(bits(f32.slice(slot.at(0), slot.at(0) + slot.width))).not.toEqual(
    bits(f32.slice(slot.at(1), slot.at(1) + slot.width)),
  );
});

test('windows that steps without a reading interrupt are passed over', () => {
  const stages = learning();
  values(40).forEach((value, i) => stages.push(['a', (i + 1) * HOUR, value]));
  // the windows of six steps ago are still whole up to here
  for (let k = 42; k <= 46; k += 2) stages.push(['a', k * HOUR, 20]);
  const before = tensors(stages.own());
  for (let k = 48; k <= 56; k += 2) stages.push(['a', k * HOUR, 20]);
  expect(tensors(stages.own())).toEqual(before);
});

test('a rollback takes back what was learned', () => {
  const stages = learning();
  values(60).forEach((value, i) => stages.push(['a', (i + 1) * HOUR, value]));
  stages.memory.committed();
  const before = tensors(stages.own());
  values(30, 5).forEach((value, i) => stages.push(['a', (61 + i) * HOUR, value]));
  expect(tensors(stages.own())).not.toEqual(before);
  stages.memory.rollback();
  expect(tensors(stages.own())).toEqual(before);
});

describe('channels that were not observed', () => {
  const pair = (missing: (k: number) => boolean, forecast: object = {}) => {
    const stages = stagesOf({ hidden: H, horizon: 6, learn: 'full', channels: 2, forecast });
    const numbers = (name: string): number[] => {
      const slot = stages.memory.seriesSlot(name)!;
      return [...stages.memory.view()[slot.type].subarray(slot.at(0), slot.at(0) + slot.width)];
    };
    const [one, two] = [values(160, 1), values(160, 2)];
    one.forEach((value, i) => stages.push(['a', (i + 1) * HOUR, [value, missing(i + 1) ? NaN : two[i]!]]));
    return { numbers, head: numbers('own.head'), updates: numbers('own.progress')[0]! - 1 };
  };

  /** [H][outputs] of the head, of which those of each channel stand side by side. */
  const outputsOf = (head: ArrayLike<number>, channel: number, channels = 2): number[] => {
    const width = padTo4(channels * TAUGHT.length);
    return Array.from({ length: H }, (_, k) =>
      Array.from(TAUGHT, (_h, q) => head[k * width + channel * TAUGHT.length + q]!),
    ).flat();
  };

  test('have no target: one that never was leaves its part of the head as it began', () => {
    const { head, updates } = pair(() => true);
    expect(updates).toBeGreaterThan(20);
    expect(outputsOf(head, 0).every((w) => w !== 0)).toBe(true);
    expect(outputsOf(head, 1).every((w) => w === 0)).toBe(true);
  });

  // Seen to fail when the value that is held counts as a target.
  test('one that is missing from a step on moves its part of the head no more, once its targets are gone from the windows', () => {
    const stages = stagesOf({ hidden: H, horizon: 6, learn: 'full', channels: 2 });
    const head = (): Float32Array => {
      const slot = stages.memory.seriesSlot('own.head')!;
      return stages.memory.view().f32.slice(slot.at(0), slot.at(0) + slot.width);
    };
    const m = (): number[] => {
      const slot = stages.memory.seriesSlot('own.head.m')!;
      return outputsOf(stages.memory.view().f32.slice(slot.at(0), slot.at(0) + slot.width), 1);
    };
    const [one, two] = [values(200, 1), values(200, 2)];
    const push = (from: number, to: number): void => {
      for (let k = from; k <= to; k++)
        stages.push(['a', k * HOUR, [one[k - 1]!, k > 100 ? NaN : two[k - 1]!]]);
    };
    push(1, 100 + WINDOW + 6);
    const before = m();
    push(101 + WINDOW + 6, 180);
    // Adam's mean of gradients only fades from there on
    const fades = m().map((each, i) => each / before[i]!);
    for (const each of fades) expect(each).toBeCloseTo(fades[0]!, 4);
    expect(Math.abs(fades[0]!)).toBeLessThan(0.5);
    expect(head().every((w) => Number.isFinite(w))).toBe(true);
  });

  test('a channel that is not chosen has no part of the head at all', () => {
    const { head } = pair((k) => k % 3 === 0, { targets: ['1'] });
    expect(head).toHaveLength(H * padTo4(TAUGHT.length) + padTo4(TAUGHT.length));
    expect(outputsOf(head, 0, 1).some((w) => w !== 0)).toBe(true);
  });
});
