import { describe, expect, test } from 'vitest';
import { LOWERED, RETURNED } from '../../src/forecast/coverage.ts';
import { PAST } from '../../src/forecast/past.ts';
import { count, readScore, type Score } from '../../src/forecast/score.ts';
import { Memory } from '../../src/memory/memory.ts';
import { seededRandom } from '../../src/model/random.ts';
import { liveStages } from '../checks/topology.ts';
import { stagesOf } from './stages.ts';

const HOUR = 3_600_000;

/** What was observed at each step of the grid, and what had been said there. */
interface Said {
  readonly value: readonly number[];
  readonly yhat: Float64Array;
  readonly lo: Float64Array;
  readonly hi: Float64Array;
}

/** The sums, computed anew from everything that was said. */
function byHand(
  said: ReadonlyMap<number, Said>,
  horizons: readonly number[],
  channel: number,
  q: number,
  day: number,
): Score {
  const h = horizons[q]!;
  const sums: Score = {
    error: 0,
    last: 0,
    seasonalError: 0,
    seasonal: 0,
    bands: 0,
    covered: 0,
    coverage: 0,
    width: 0,
  };
  // a step without a reading of the channel holds the value before it
  const held = (k: number): number | undefined => {
    for (let at = k; at >= 0; at--) {
      const value = said.get(at)?.value[channel] ?? NaN;
      if (!Number.isNaN(value)) return value;
    }
    return undefined;
  };
  for (const [k, { value }] of said) {
    const origin = said.get(k - h);
    const y = value[channel]!;
    const at = channel * horizons.length + q;
    if (!origin || Number.isNaN(y)) continue;
    const from = held(k - h);
    expect(Number.isNaN(origin.yhat[at]!)).toBe(from === undefined);
    if (from === undefined) continue;
    const error = Math.abs(y - origin.yhat[at]!);
    sums.error += error;
    sums.last += Math.abs(y - from);
    const yesterday = held(k - day);
    if (day > h && yesterday !== undefined) {
      sums.seasonalError += error;
      sums.seasonal += Math.abs(y - yesterday);
    }
    if (!Number.isNaN(origin.lo[at]!)) {
      sums.bands++;
      if (y >= origin.lo[at]! && y <= origin.hi[at]!) sums.covered++;
      sums.width += origin.hi[at]! - origin.lo[at]!;
    }
  }
  // up to 1,000 targets the live figures are plain means
  sums.coverage = sums.covered / sums.bands;
  sums.width /= sums.bands;
  return sums;
}

const upTo = (horizon: number): number[] => Array.from({ length: horizon }, (_, i) => i + 1);

// Seen to fail when a day before the target is looked for that is newer than the forecast, and when a forecast is taken from the step after;
// with missing channels when these are scored as 0, when their forecasts begin elsewhere than at their last value, when yesterday is looked
// for before a channel began, and when what was forecast at a step is so of all channels.
test.each([
  ['head', 1, 0, upTo(6)],
  ['head', 2, 0, upTo(30)],
  ['head', 2, 0, [3, 24, 48]],
  ['none', 2, 0, upTo(3)],
  ['none', 1, 0, [2, 5]],
  ['head', 2, 0.3, upTo(6)],
  ['none', 3, 0.2, [2, 5]],
])(
  'the sums in Memory are those of all forecasts whose target came, in gaps too (learn: %s, %d channels, of which %d are missing, horizons %j)',
  (learn, channels, missing, horizons) => {
    const { memory, push } = stagesOf({
      horizon: learn === 'none' ? horizons.at(-1)! : 1,
      channels,
      learn,
      forecast: { horizons },
      align: { every: '1h' },
    });
    const random = seededRandom(horizons.length);
    const said = new Map<number, Said>();
    for (let k = 0, hour = 0; k < 300; k++, hour += random() < 0.1 ? 1 + Math.floor(4 * random()) : 1) {
      const value = Array.from({ length: channels }, (_, c) => {
        const isMissing = c > 0 && missing > 0 && (k < 60 || random() < missing);
        return isMissing ? NaN : Math.sin(hour / 4 + c) + random();
      });
      const { yhat, lo, hi } = push(['a', hour * HOUR, value])[0]!;
      said.set(hour, { value, yhat, lo, hi });
    }
    for (let c = 0; c < channels; c++) {
      for (const [q, h] of horizons.entries()) {
        const expected = byHand(said, horizons, c, q, 24);
        const score = readScore(memory, 0, c, horizons.length, q)!;
        for (const [name, sum] of Object.entries(expected)) {
          expect
            .soft(score[name as keyof Score], `${name} of channel ${c}, h ${h}`)
            .toBeCloseTo(sum, name === 'width' ? 3 : 5);
        }
        expect(score.bands).toBeGreaterThan(missing > 0 ? 70 : 150);
        // a forecast a day ahead or further has no value of the day before its target that is older than itself
        if (h >= 24) expect(score.seasonal).toBe(0);
        else expect(score.seasonal).toBeGreaterThan(20);
      }
    }
  },
);

test('without a whole number of steps in a day that is kept, nothing is held against yesterday', () => {
  const { memory, push } = stagesOf({ horizon: 1, align: { every: '1m' } });
  for (let k = 0; k < 2 * PAST; k++) push(['a', k * 60_000, k % 7]);
  expect(readScore(memory, 0, 0, 1, 0)).toMatchObject({
    seasonal: 0,
    error: expect.toSatisfy((sum: number) => sum > 0),
  });
});

test('a season that is given takes the place of the day, where the past holds it', () => {
  for (const [season, step, back] of [
    [12, HOUR, 12],
    ['12m', 60_000, 12],
    ['12m', HOUR, 24],
    ['none', HOUR, 24],
  ] as const) {
    const { memory, push } = stagesOf({ horizon: 1, forecast: { season } });
    let expected = 0;
    const value = (k: number): number => (k * k) % 31;
    for (let k = 0; k < 200; k++) {
      push(['a', k * step, value(k)]);
      if (k >= back) expected += Math.abs(value(k) - value(k - back));
    }
    expect(readScore(memory, 0, 0, 1, 0)!.seasonal).toBeCloseTo(expected, 3);
  }
});

test('sums stay numbers where errors do not', () => {
  const { memory, push } = stagesOf({ horizon: 2, align: { every: '1h' } });
  for (let k = 0; k < 100; k++) push(['a', k * HOUR, k % 2 === 0 ? 1.7e308 : -1.7e308]);
  for (const sum of Object.values(readScore(memory, 0, 0, 2, 0)!)) expect(sum).toSatisfy(Number.isFinite);
});

test('where nothing is scored there is no score', () => {
  expect(readScore(new Memory(), 0, 0, 1, 0)).toBeUndefined();
});

test('count: |error| beside those of the naive forecasts that there are, and what the band held and how wide it was', () => {
  const counts = new Int32Array(2);
  const lives = new Float32Array(2);
  const sums = new Float64Array(4);
  const told = () => [[...counts], [...lives], [...sums]];
  count(counts, lives, sums, 1, -2, 3, NaN, NaN, NaN);
  expect(told()).toEqual([
    [0, 0],
    [0, 0],
    [2, 3, 0, 0],
  ]);
  count(counts, lives, sums, 1, -2, 3, -5, 0, 2);
  count(counts, lives, sums, 1, 2, -Infinity, NaN, 1.75, 2.25);
  expect(told()).toEqual([
    [2, 1],
    [0.5, 3],
    [6, 1e300, 2, 5],
  ]);
});

describe('the coverage of the horizons that are written out', () => {
  const random = seededRandom(11);
  const noise = (): number => random() + random() + random() - 1.5;
  const calm = Array.from({ length: 1500 }, noise);

  function watch(values: readonly number[], forecast: object = {}) {
    const { memory, push } = stagesOf({
      align: { every: '1h' },
      forecast: { store: [1, 6, 99], ...forecast },
    });
    const rows = values.map((value, k) => push(['a', k * HOUR, value])[0]!);
    const turns = rows.flatMap(({ coverageTurns }, k) => coverageTurns.map((turn) => ({ k, ...turn })));
    return { memory, turns };
  }

  // Seen to fail when what came before the change is forgotten, and when the standing of one horizon is taken for another's.
  test('is told where it has become too low, and once it is back', () => {
    expect(watch(calm).turns).toEqual([]);
    const { turns } = watch([...calm, ...Array.from({ length: 1000 }, () => 300 * noise())]);
    for (const h of [1, 6]) {
      const [low, back, ...others] = turns.filter(({ horizon }) => horizon === h);
      expect(others).toEqual([]);
      expect(low).toMatchObject({ turn: LOWERED, row: 0, channel: 0, level: 0.9 });
      expect(low!.coverage).toBeLessThan(0.87);
      expect(low!.coverage).toBeGreaterThan(0.86);
      expect(low!.width).toBeGreaterThan(1);
      expect(low!.k).toBeGreaterThan(1500);
      expect(low!.k).toBeLessThan(1650);
      expect(back).toMatchObject({ turn: RETURNED });
      expect(back!.coverage).toBeGreaterThanOrEqual(0.885);
      expect(back!.coverage).toBeLessThan(0.89);
      expect(back!.width).toBeGreaterThan(2 * low!.width);
    }
    expect(turns.filter(({ horizon }) => horizon !== 1 && horizon !== 6)).toEqual([]);
  });

  test('not where the tolerance is wider, nor of a series that never moves', () => {
    const wild = [...calm, ...Array.from({ length: 1000 }, () => 300 * noise())];
    expect(watch(wild, { coverageTolerance: 0.3 }).turns).toEqual([]);
    const { turns, memory } = watch(Array.from({ length: 2500 }, () => 7));
    expect(turns).toEqual([]);
    expect(readScore(memory, 0, 0, 6, 0)).toMatchObject({ coverage: 1, width: 0 });
  });
});

// Seen to fail when live figures are kept beside counts that nothing reads.
test('what is kept of a channel takes about 16 KB, with all stages at 12 horizons and the bundled model', () => {
  const memory = new Memory();
  liveStages(memory, { model: { hidden: 8, horizon: 12 } });
  expect(memory.bytesPerSeries).toBeLessThanOrEqual(16_384);
});
