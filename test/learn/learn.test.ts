import { describe, expect, test } from 'vitest';
import { BAND, type BandPlan, startOf, trackBand } from '../../src/forecast/band.ts';
import { readScore } from '../../src/forecast/score.ts';
import { ForecastSettings } from '../../src/forecast/settings.ts';
import { ForecastState } from '../../src/forecast/state.ts';
import { learn } from '../../src/learn/learn.ts';
import { fromBfloat16, toBfloat16 } from '../../src/maths/bfloat16.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel } from '../../src/model/model.ts';
import { seededRandom } from '../../src/model/random.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { stagesOf } from '../forecast/stages.ts';
import { alignedFrame, through } from '../frames.ts';

const HOUR = 3_600_000;
const RATE = 0.05;
const LEVELS = [0.5, 0.9];

/** The stage over a Memory in which forecasts of the horizons 1 to 3 are put by hand. The unit of every channel is 2. */
function learner(channels = 1) {
  const memory = new Memory();
  const model = createModel(ModelSettings.parse({ hidden: 2, horizon: 3 }), channels);
  const settings = ForecastSettings.parse({ learn: 'none', bandRate: RATE, level: 0.9, levels: LEVELS });
  const stage = learn(memory, model, settings);
  const { base, issued } = new ForecastState(memory, model, settings);
  const row = memory.row('a');
  for (let c = 0; c < channels; c++) for (const y of [0, 4]) base.take(row, c, y);
  const of = (name: string): number[] => {
    const slot = memory.seriesSlot(name)!;
    return [...memory.view()[slot.type].subarray(slot.at(row), slot.at(row) + slot.width)];
  };
  return {
    /** At step `index` the value was `from`; of each horizon ŷ was said, and that the main band reaches so far. */
    issue: (
      index: number,
      from: number,
      yhat: readonly number[],
      reach: readonly number[] = [],
      channel = 0,
    ) => {
      issued.stamp(row, channel, index);
      issued.setValue(row, channel, index, from);
      const { f32, u16 } = memory.view();
      yhat.forEach((each, q) => (f32[issued.moves(row, channel, index) + q] = (each - from) / 2));
      const reaches = issued.reaches(row, channel, index);
      for (let q = 0; q < 3; q++)
        u16.fill(toBfloat16((reach[q] ?? NaN) / 2), reaches + 2 * q, reaches + 2 * q + 2);
      const outer = issued.outer(row, channel, index);
      u16.fill(toBfloat16(NaN), outer, outer + 2);
    },
    see: (index: number, value: number | readonly number[]): void => {
      through(stage, alignedFrame(memory, [['a', index, value]], index) as never);
    },
    sizes: () => of('band.sizes'),
    reaches: () => of('band.reach'),
    outer: () => of('band.outer.reach'),
  };
}

/** A tracker of these levels that has taken in these errors, each with the reach that the main band had. */
function tracker(levels: readonly number[], errors: readonly (readonly [number, number])[]) {
  const sizes = new Float64Array(BAND);
  const reach = new Float32Array(2 * levels.length);
  const plan: BandPlan = { levels, main: levels.length - 1, start: levels.map(startOf), rate: RATE };
  for (const [error, reached] of errors) trackBand(sizes, 0, reach, 0, error, reached, reached, plan);
  return { sizes: [...sizes], reach: [...reach] };
}

describe('bands', () => {
  // Seen to fail when the forecast of the step before is taken for all horizons.
  test('each horizon moves by the error of the forecast that has just matured', () => {
    const { issue, see, sizes, reaches, outer } = learner();
    issue(8, 11, [20, 21, 22]);
    issue(9, 12, [30, 31, 32]);
    issue(10, 13, [40, 41, 42]);
    see(11, 50);
    const expected = [50 - 40, 50 - 31, 50 - 22].map((error) => tracker(LEVELS, [[error, NaN]]));
    expect(sizes()).toEqual(expected.flatMap((each) => each.sizes));
    expect(reaches()).toEqual(expected.flatMap((each) => each.reach));
    expect(outer()).toEqual(tracker([0.99], [[10, NaN]]).reach);
  });

  // Seen to fail when the band of today is asked.
  test('what counts is whether the band held that was issued with the forecast', () => {
    const { issue, see, reaches } = learner();
    const errors = [
      [10, NaN],
      [10, 9],
      [10, 11],
      [-1, 0.5],
    ] as const;
    errors.forEach(([error, reach], i) => {
      issue(100 + 10 * i, 7, [7], [reach]);
      see(101 + 10 * i, 7 + error);
    });
    const nearest = tracker(
      LEVELS,
      errors.map(([error, reach]) => [error, 2 * fromBfloat16(toBfloat16(reach / 2))]),
    );
    expect(reaches().slice(0, 4)).toEqual(nearest.reach);
  });

  test('where no forecast was made nothing is learned', () => {
    const { issue, see, sizes, reaches, outer } = learner();
    issue(5, 0, [1, 2, 3]);
    see(9, 50); // four steps later: beyond the farthest horizon
    expect([...sizes(), ...reaches(), ...outer()].every((each) => each === 0)).toBe(true);
    see(8, 50); // three: the farthest alone
    expect([0, 1, 2].map((q) => sizes()[q * BAND])).toEqual([0, 0, 1]);
    expect(outer()[0]).toBe(0);
  });

  // Seen to fail when NaN is taken for a target.
  test('a channel that was not observed moves none, and what comes next matures what it is the target of', () => {
    const { issue, see, sizes, reaches } = learner(2);
    for (const channel of [0, 1]) {
      issue(1, 4, [5, 6, 0], [], channel);
      issue(2, 4, [7, 0, 0], [], channel);
    }
    see(2, [6, NaN]);
    see(3, [NaN, 9]);
    const count = (channel: number): number[] => [0, 1, 2].map((q) => sizes()[(3 * channel + q) * BAND]!);
    expect([count(0), count(1)]).toEqual([
      [1, 0, 0],
      [1, 1, 0],
    ]);
    expect(sizes()[1]).toBe(1); // 6 − 5
    expect([sizes()[3 * BAND + 1], sizes()[4 * BAND + 1]]).toEqual([2, 3]); // 9 − 7, 9 − 6
    expect([...sizes(), ...reaches()].every((each) => Number.isFinite(each))).toBe(true);
  });

  test('channels have bands of their own', () => {
    const { issue, see, sizes } = learner(2);
    issue(1, 4, [5, 0, 0], [], 0);
    issue(1, 4, [5, 0, 0], [], 1);
    see(2, [6, 9]);
    expect([sizes()[1], sizes()[3 * BAND + 1]]).toEqual([1, 4]);
  });
});

describe('the experts and their mixture', () => {
  const LEARNED = ['mixture', 'readout.W', 'readout.cell.W', 'readout.usual'] as const;

  /** The bytes of what is learned, by slot. */
  function learned(memory: Memory): Record<string, string> {
    return Object.fromEntries(
      LEARNED.map((name) => {
        const slot = memory.seriesSlot(name)!;
        return [name, [...memory.view().f32.subarray(slot.at(0), slot.at(0) + slot.width)].join()];
      }),
    );
  }

  /** Stages that have seen a noisy day's shape for 300 hours. */
  function warm() {
    const stages = stagesOf({ horizon: 3, align: { every: '1h' } });
    const random = seededRandom(1);
    const value = (k: number): number => 50 + Math.sin((2 * Math.PI * k) / 24) + 0.1 * random();
    const push = (k: number, y = value(k)) => stages.push(['a', k * HOUR, y])[0]!;
    for (let k = 0; k < 300; k++) push(k);
    return { memory: stages.memory, push };
  }

  test('move with every target that comes', () => {
    const { memory, push } = warm();
    const before = learned(memory);
    push(300);
    const after = learned(memory);
    for (const name of LEARNED) expect(after[name]).not.toBe(before[name]);
  });

  test('and with nothing else: after a gap longer than the farthest horizon there is no target', () => {
    const { memory, push } = warm();
    const before = learned(memory);
    push(303);
    expect(learned(memory)).toEqual(before);
    push(306); // three steps later: the target of the farthest
    for (const name of LEARNED) expect(learned(memory)[name]).not.toBe(before[name]);
  });

  test('nothing moves before the series has warmed up', () => {
    const stages = stagesOf({ horizon: 3 });
    for (let k = 0; k < 49; k++) stages.push(['a', k * HOUR, Math.sin(k)]);
    for (const numbers of Object.values(learned(stages.memory)))
      expect(numbers.split(',').every((each) => each === '0')).toBe(true);
  });

  // Seen to fail when a series that has stood still for so long is learned from.
  test('a sensor that has stood still for 1,000 readings teaches nothing more: it goes on as before, however long it stood', () => {
    const { memory, push } = warm();
    for (let k = 300; k < 1301; k++) push(k, 50);
    const before = learned(memory);
    for (let k = 1301; k < 4000; k++) {
      const { yhat } = push(k, 50);
      for (const each of yhat) expect(each).toBe(50);
    }
    expect(learned(memory)).toEqual(before);
    const stuck = readScore(memory, 0, 0, 3, 2)!;
    for (let k = 4000; k < 4100; k++) push(k);
    const then = readScore(memory, 0, 0, 3, 2)!;
    expect((then.error - stuck.error) / (then.last - stuck.last)).toBeLessThan(0.85);
  });
});

describe('outliers', () => {
  test.each([5, 20, 100])(
    '%d times the amplitude, every 97 readings: the forecasts between them are far better than the last value',
    (size) => {
      const { push } = stagesOf({ horizon: 1, hidden: 1 });
      let before = 0;
      let [error, last] = [0, 0];
      const clean = (k: number): number => Math.sin((2 * Math.PI * k) / 24);
      for (let k = 0; k < 2000; k++) {
        const since = k % 97; // the spike stands among the features for a day
        if (k > 1500 && since > 26) {
          error += Math.abs(clean(k) - before);
          last += Math.abs(clean(k) - clean(k - 1));
        }
        before = push(['a', k * HOUR, k > 500 && since === 0 ? size : clean(k)])[0]!.yhat[0]!;
      }
      expect(error).toBeLessThan(last / 5);
    },
  );

  // Seen to fail without each of these: the cut of a place's first level in Profile, of the first innovation, of the first features, of what
  // moves the smoothed level, and in `forecast` the last value until a target has come.
  test.each([
    [3, 1e3, 1.01],
    [3, 1e9, 1.01],
    [3, 1e38, 1.01],
    [30, 1e9, 0.95],
    [49, 1e3, 1.01],
    [49, 1e9, 1.01],
    [60, 1e9, 0.97],
    [200, 1e3, 0.6],
    [200, 1e9, 0.7],
    [1500, 1e3, 0.5],
    [1500, 1e9, 0.5],
  ])(
    'one at reading %d of %d times the amplitude: within 100 readings the last value is beaten',
    (at, size, most) => {
      const HORIZONS = [1, 6, 12];
      const stages = stagesOf({ horizon: 12, hidden: 16 });
      const random = seededRandom(11);
      const noise = (): number => random() + random() + random() + random() - 2;
      const values = Array.from({ length: at + 501 }, (_, k) => {
        const clean = 10 + Math.sin((2 * Math.PI * k) / 24) + 0.1 * noise();
        return k === at ? size : clean;
      });
      const said = values.map((value, k) => stages.push(['a', k * HOUR, value])[0]!.yhat);
      const against = (from: number, to: number, h: number): number => {
        let [error, last] = [0, 0];
        for (let t = at + from; t <= at + to; t++) {
          if (t - h === at || t < h) continue;
          error += Math.abs(values[t]! - said[t - h]![h - 1]!);
          last += Math.abs(values[t]! - values[t - h]!);
        }
        return error / last;
      };
      for (const h of HORIZONS) {
        expect.soft(against(1, 100, h), `the first 100, h ${h}`).toBeLessThan(most);
        expect.soft(against(101, 500, h), `the next 400, h ${h}`).toBeLessThan(at === 3 ? 1.01 : 0.9);
      }
      stages.memory.release();
    },
  );

  /** A wave on which a slow wandering rides: it moves by little from reading to reading. */
  const smooth = ((): number[] => {
    const random = seededRandom(5);
    let [x, v] = [0, 0];
    return Array.from({ length: 2000 }, (_, k) => {
      v = 0.8 * v + (random() - 0.5) / 50;
      x = 0.99 * x + v;
      return 20 + Math.sin((2 * Math.PI * k) / 24) + 5 * x;
    });
  })();

  /** Mean |error| of the readings 500 to 2,000, 1 and 6 steps ahead; without those that an outlier says. */
  const errorsLater = (values: readonly number[]): readonly number[] => {
    const { push, memory } = stagesOf({ horizon: 6 });
    const said = values.map((value, k) => push(['a', k * HOUR, value])[0]!.yhat);
    memory.release();
    return [1, 6].map((h) => {
      let sum = 0;
      for (let t = 500; t < 2000; t++) sum += Math.abs(values[t]! - said[t - h]![h - 1]!);
      return sum / 1500;
    });
  };
  const undisturbed = errorsLater(smooth);

  // Seen to fail without `calm` in Base and at the readings 49 to 54 where the first targets are not passed over.
  test.each([0, 1, 4, 7, 8, 20, 48, 49, 50, 51, 54, 59])(
    'one at reading %d is forgotten by reading 500',
    (at) => {
      for (const size of [10, -1e3, 1e9]) {
        const errors = errorsLater(smooth.map((value, k) => (k === at ? value + size : value)));
        errors.forEach((error, i) => expect(error / undisturbed[i]!).toBeLessThan(1.2));
      }
    },
  );
});
