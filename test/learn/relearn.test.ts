import { describe, expect, test } from 'vitest';
import { Memory } from '../../src/memory/memory.ts';
import { seededRandom } from '../../src/model/random.ts';
import { liveStages, record, batchOf } from '../checks/topology.ts';
import { through } from '../frames.ts';

const HOUR = 3_600_000;

/** A wave of a day with noise, which is ten times as large from reading 800 on. */
const noisy = (() => {
  const random = seededRandom(4);
  return Array.from({ length: 1200 }, (_, i) => {
    const noise = (random() + random() + random() - 1.5) * (i < 800 ? 1 : 10);
    return 50 + 10 * Math.sin((2 * Math.PI * i) / 24) + noise;
  });
})();

function run(values: readonly number[], forecast: object = {}) {
  const memory = new Memory();
  const { stages } = liveStages(memory, { forecast });
  const records = values.map((v, i) => record(i, { s: 'a', t: i * HOUR, v }));
  const frames = through(stages, batchOf(records));
  const slot = memory.seriesSlot('readout.W')!;
  const weights = memory.view().f32.slice(slot.at(0), slot.at(0) + slot.width);
  return { frames, weights };
}

describe('drift', () => {
  // Seen to fail when detect gives the errors of the last value to the detector.
  test('is told soon after the errors have grown, and not before', () => {
    const { frames } = run(noisy);
    const told = frames.flatMap(({ drift }, i) => (drift[0] === 0 ? [] : [[i, drift[0]]]));
    expect(told.length).toBeGreaterThan(0);
    const [[first, direction]] = told as [[number, number]];
    expect(direction).toBe(1);
    expect(first).toBeGreaterThan(800);
    expect(first).toBeLessThan(900);
  });

  test('changes nothing of what is learned, unless it is asked to', () => {
    const yhat = ({ frames }: ReturnType<typeof run>): number[] => frames.flatMap((frame) => [...frame.yhat]);
    const told = run(noisy);
    const relearned = run(noisy, { onDrift: 'relearn' });
    expect(relearned.frames.map(({ drift }) => drift[0]).slice(0, 801)).toEqual(
      told.frames.map(({ drift }) => drift[0]).slice(0, 801),
    );
    expect(relearned.weights).not.toEqual(told.weights);
    expect(yhat(relearned).slice(0, 3200)).toEqual(yhat(told).slice(0, 3200));
  });
});

test('learnFrom usual: readings outside the outer band teach nothing; the bands see them all the same', () => {
  const wild = noisy.slice(0, 800).map((value, i) => (i > 400 && i % 50 === 0 ? value + 200 : value));
  const all = run(wild);
  const usual = run(wild, { learnFrom: 'usual' });
  const marked = all.frames.filter(({ anomalous }) => anomalous[0] === 1).length;
  expect(marked).toBeGreaterThan(4);
  expect(usual.weights).not.toEqual(all.weights);
  // where nothing is marked there is no difference
  const calm = noisy.slice(0, 190);
  expect(run(calm, { learnFrom: 'usual' }).weights).toEqual(run(calm).weights);
  // the bands go on as they would: the first wild reading widens them in both
  const first = all.frames.findIndex(({ anomalous }) => anomalous[0] === 1);
  expect(usual.frames[first + 1]!.hi[0]! - usual.frames[first + 1]!.lo[0]!).toBeGreaterThan(
    usual.frames[first]!.hi[0]! - usual.frames[first]!.lo[0]!,
  );
});
