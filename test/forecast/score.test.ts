import { expect, test } from 'vitest';
import { PAST } from '../../src/forecast/past.ts';
import { SCORE, SCORE_SLOT, type Score } from '../../src/forecast/score.ts';
import { seededRandom } from '../../src/model/random.ts';
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
  horizon: number,
  channel: number,
  h: number,
  day: number,
): Score {
  const sums: Score = {
    count: 0,
    error: 0,
    last: 0,
    seasonalCount: 0,
    seasonalError: 0,
    seasonal: 0,
    bands: 0,
    covered: 0,
  };
  // a step without a reading holds the value before it
  const held = (k: number): number | undefined => {
    for (let at = k; at >= 0; at--) if (said.has(at)) return said.get(at)!.value[channel];
    return undefined;
  };
  for (const [k, { value }] of said) {
    const origin = said.get(k - h);
    if (!origin) continue;
    const y = value[channel]!;
    const at = channel * horizon + h - 1;
    const error = Math.abs(y - origin.yhat[at]!);
    sums.count++;
    sums.error += error;
    sums.last += Math.abs(y - origin.value[channel]!);
    const yesterday = held(k - day);
    if (day > h && yesterday !== undefined) {
      sums.seasonalCount++;
      sums.seasonalError += error;
      sums.seasonal += Math.abs(y - yesterday);
    }
    if (!Number.isNaN(origin.lo[at]!)) {
      sums.bands++;
      if (y >= origin.lo[at]! && y <= origin.hi[at]!) sums.covered++;
    }
  }
  return sums;
}

test.each([
  ['head', 1, 6],
  ['head', 2, 30],
  ['none', 2, 3],
])(
  'the sums in Memory are those of all forecasts whose target came, in gaps too (learn: %s, %d channels, horizon %d)',
  (learn, channels, horizon) => {
    const { memory, push } = stagesOf({ horizon, channels, learn, align: { every: '1h' } });
    const random = seededRandom(horizon);
    const said = new Map<number, Said>();
    for (let k = 0, hour = 0; k < 300; k++, hour += random() < 0.1 ? 1 + Math.floor(4 * random()) : 1) {
      const value = Array.from({ length: channels }, (_, c) => Math.sin(hour / 4 + c) + random());
      const { yhat, lo, hi } = push(['a', hour * HOUR, value])[0]!;
      said.set(hour, { value, yhat, lo, hi });
    }
    const slot = memory.seriesSlot(SCORE_SLOT)!;
    const { f64 } = memory.view();
    for (let c = 0; c < channels; c++) {
      for (let h = 1; h <= horizon; h++) {
        const at = slot.at(0) + (c * horizon + h - 1) * SCORE.length;
        const expected = byHand(said, horizon, c, h, 24);
        SCORE.forEach((name, i) => {
          expect.soft(f64[at + i], `${name} of channel ${c}, h ${h}`).toBeCloseTo(expected[name], 6);
        });
        expect(expected.count).toBeGreaterThan(200);
      }
    }
    // a forecast further ahead than a day has no value of the day before its target that is older than itself
    if (horizon > 24) expect(byHand(said, horizon, 0, 24, 24).seasonalCount).toBe(0);
  },
);

test('without a whole number of steps in a day that is kept, nothing is held against yesterday', () => {
  const { memory, push } = stagesOf({ horizon: 1, align: { every: '1m' } });
  for (let k = 0; k < 2 * PAST; k++) push(['a', k * 60_000, k % 7]);
  const at = memory.seriesSlot(SCORE_SLOT)!.at(0);
  const { f64 } = memory.view();
  expect(f64[at + SCORE.indexOf('seasonalCount')]).toBe(0);
  expect(f64[at + SCORE.indexOf('count')]).toBe(2 * PAST - 1);
});
