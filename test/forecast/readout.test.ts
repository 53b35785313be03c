import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Readout } from '../../src/forecast/readout.ts';
import { ringPlace } from '../../src/forecast/ring.ts';
import { Teachers } from '../../src/forecast/teachers.ts';
import { Workspace } from '../../src/forecast/workspace.ts';
import { packedLength, resetP, rlsDot, rlsGain, rlsLearn } from '../../src/learn/rls.ts';
import { toBfloat16 } from '../../src/maths/bfloat16.ts';
import { Memory } from '../../src/memory/memory.ts';
import { seededRandom } from '../../src/model/random.ts';
import { numbers, sameNumbers } from '../hostile.ts';

const START = 0.3;
const REACH = 12;
const INNOVATION = { cut: 4, rate: 0.01 };

const PLAN = {
  levels: [0.9],
  main: 0,
  profile: 'light' as const,
  learn: 'head' as const,
  asksModel: false,
  weights: 'series' as const,
};

/** A readout in Memory, with its workspace at hand. */
function makeReadout(d: number, horizons: readonly number[], channels: number) {
  const memory = new Memory();
  const targets = Array.from({ length: channels }, (_, c) => c);
  const plan = { ...PLAN, channels, targets, horizons, farthest: horizons.at(-1)! };
  const workspace = new Workspace(memory, plan, 1, d);
  const readout = new Readout(memory, 'readout', d, START, plan, workspace);
  const row = memory.row('a');
  const Q = horizons.length;
  for (let c = 0; c < channels; c++) readout.clear(row, c);
  return {
    memory,
    readout,
    row,
    moves: (channel: number, index: number): Float64Array => {
      readout.moves(row, channel, index, workspace.moves);
      return memory.view().f64.slice(workspace.moves / 8, workspace.moves / 8 + Q);
    },
    learn: (channel: number, index: number, moved: readonly number[]): void => {
      const { f64, i32 } = memory.view();
      f64.set(moved, workspace.moved / 8);
      horizons.forEach((h, q) => {
        i32[workspace.places / 4 + q] = ringPlace(index - h + plan.farthest + 1, plan.farthest + 1);
      });
      readout.learn(row, channel);
    },
  };
}

/** The same by the functions of rls.ts on arrays of its own, which forget nothing of the past. */
function reference(d: number, Q: number) {
  const P = new Float32Array(packedLength(d));
  resetP(P, 0, d, START);
  const W = new Float32Array(Q * d);
  const usual = new Float32Array(Q);
  const phis = new Map<number, Uint16Array>();
  const gains = new Map<number, Uint16Array>();
  return {
    put: (index: number, phi: Float64Array) => phis.set(index, Uint16Array.from(phi, toBfloat16)),
    moves: (index: number): Float64Array =>
      Float64Array.from({ length: Q }, (_, q) =>
        Math.max(-REACH, Math.min(REACH, rlsDot(W, q * d, phis.get(index)!, 0, d))),
      ),
    learn: (q: number, index: number, moved: number): void => {
      rlsLearn(W, q * d, usual, q, phis.get(index)!, 0, gains.get(index)!, 0, d, moved, INNOVATION);
    },
    takeIn: (index: number): void => {
      const gain = new Uint16Array(d);
      const rls = { forgetting: 0.9995, start: START, traceLimit: START * d };
      rlsGain(P, 0, d, phis.get(index)!, 0, gain, 0, rls);
      gains.set(index, gain);
    },
  };
}

test('says and learns what the references do, bit for bit, of any features, horizons and channels, in gaps too', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 45 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 9 }),
      fc.integer({ min: 1, max: 3 }),
      fc.nat(1e6),
      (d, chosen, channels, seed) => {
        const horizons = chosen.toSorted((a, b) => a - b);
        const { readout, row, moves, learn } = makeReadout(d, horizons, channels);
        const references = Array.from({ length: channels }, () => reference(d, horizons.length));
        const random = seededRandom(seed);
        const known = new Set<number>();
        let index = 0;
        for (let t = 0; t < 50; t++) {
          index += random() < 0.1 ? 1 + Math.floor(random() * 30) : 1;
          references.forEach((ours, c) => {
            const phi = numbers(d, seed + 10 * t + c, 0);
            readout.put(row, c, index, phi);
            ours.put(index, phi);
            sameNumbers(moves(c, index), ours.moves(index));
            const moved = horizons.map((h) => (known.has(index - h) ? random() * 6 - 3 : NaN));
            learn(c, index, moved);
            moved.forEach((move, q) => {
              if (!Number.isNaN(move)) ours.learn(q, index - horizons[q]!, move);
            });
            readout.takeIn(row, c, index);
            ours.takeIn(index);
          });
          known.add(index);
        }
      },
    ),
    { numRuns: 40 },
  );
});

describe('a readout', () => {
  test('says nothing at first, and after `clear` nothing again', () => {
    const { readout, row, moves, learn } = makeReadout(3, [1, 2], 1);
    const phi = Float64Array.of(1, -1, 0.5);
    for (let k = 1; k < 40; k++) {
      readout.put(row, 0, k, phi);
      if (k === 1) expect([...moves(0, k)]).toEqual([0, 0]);
      learn(0, k, [k > 1 ? 2 : NaN, k > 2 ? -3 : NaN]);
      readout.takeIn(row, 0, k);
    }
    const [one, two] = moves(0, 39);
    expect(one).toBeGreaterThan(1);
    expect(two).toBeLessThan(-1.5);
    readout.clear(row, 0);
    expect([...moves(0, 39)]).toEqual([0, 0]);
  });

  test('says at most 12 units', () => {
    const { readout, row, moves, learn } = makeReadout(1, [1], 1);
    for (let k = 1; k < 400; k++) {
      readout.put(row, 0, k, Float64Array.of(1));
      learn(0, k, [k > 1 ? 50 : NaN]);
      readout.takeIn(row, 0, k);
    }
    expect([...moves(0, 399)]).toEqual([REACH]);
  });

  // Seen to fail with λ itself.
  test('of a partition forgets a tenth for each of ten series', () => {
    const memory = new Memory();
    const plan = {
      ...PLAN,
      channels: 1,
      targets: [0],
      horizons: [1],
      farthest: 1,
      weights: 'partition' as const,
    };
    const readout = new Readout(memory, 'readout', 2, START, plan, new Workspace(memory, plan, 1, 2));
    const teachers = new Teachers(memory, plan);
    const rows = Array.from({ length: 10 }, (_, i) => memory.row(`s${i}`));
    for (const row of rows) {
      readout.clear(row, 0);
      teachers.join(row, 0);
    }
    const P = (): number => memory.view().f32[memory.partitionSlot('readout.P')!.at(0)]!;
    readout.put(0, 0, 1, Float64Array.of(3, 3)); // below the limit of the trace, which forgetting stops at
    readout.takeIn(0, 0, 1);
    const before = P();
    for (const row of rows) {
      readout.put(row, 0, 2, Float64Array.of(0, 0));
      readout.takeIn(row, 0, 2);
    }
    expect(P() / before).toBeCloseTo(1 / 0.9995, 6);
  });

  test('its workspace may move between two frames', () => {
    const { memory, readout, row, moves } = makeReadout(2, [1], 1);
    readout.put(row, 0, 1, Float64Array.of(1, 1));
    const before = memory.view().u8;
    makeReadout(
      1000,
      Array.from({ length: 512 }, (_, i) => i + 1),
      1,
    ); // makes the shared workspace larger
    memory.arena.take(memory.view().u8.length);
    expect(before.length).toBe(0);
    expect([...moves(0, 1)]).toEqual([0]);
  });
});
