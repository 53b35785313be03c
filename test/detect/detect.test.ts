import { expect, test } from 'vitest';
import { detect } from '../../src/detect/detect.ts';
import { Issued } from '../../src/forecast/issued.ts';
import { Memory } from '../../src/memory/memory.ts';
import { createModel } from '../../src/model/model.ts';
import { ModelSettings } from '../../src/model/settings.ts';
import { alignedFrame, through } from '../frames.ts';

const HORIZON = 3;

/** A Memory in which forecasts one step ahead were issued, with their 99 % bands. */
function detector(channels = 1) {
  const memory = new Memory();
  const model = createModel(ModelSettings.parse({ hidden: 1, horizon: HORIZON }), channels);
  const stage = detect(memory, model);
  const issued = new Issued(memory, channels, HORIZON);
  return {
    issue: (series: string, index: number, channel: number, yhat: number, lo: number, hi: number): void => {
      const row = memory.row(series);
      issued.stamp(row, index);
      const { f64 } = memory.view();
      f64[issued.yhat(row, index, channel, 1)] = yhat;
      f64[issued.outer(row, index, channel)] = lo;
      f64[issued.outer(row, index, channel) + 1] = hi;
    },
    see: (index: number, ...readings: (readonly [string, number | readonly number[]])[]) => {
      const frame = alignedFrame(
        memory,
        readings.map(([series, value]) => [series, index, value] as const),
        index,
      );
      const [out] = through(stage, frame as never);
      const { anomalous, score, expected, outerLo, outerHi } = out!;
      return [anomalous, score, expected, outerLo, outerHi].map((column) => [...column]);
    },
  };
}

test('a reading outside the band that was issued one step before is an anomaly; on its edge it is none', () => {
  const { issue, see } = detector();
  const cases = [
    [10, 0],
    [12, 0],
    [9, 0],
    [12.001, 1],
    [8.999, 1],
    [1e9, 1],
  ] as const;
  cases.forEach(([value, anomalous], i) => {
    const index = 1000 + i;
    issue('a', index - 1, 0, 10, 9, 12);
    expect(see(index, ['a', value])[0]).toEqual([anomalous]);
  });
});

test('the score is the distance from the middle of the band over its half-width: above 1 is outside', () => {
  const { issue, see } = detector();
  issue('a', 999, 0, 10, 8, 12);
  expect(see(1000, ['a', 14])).toEqual([[1], [2], [10], [8], [12]]);
  issue('a', 1000, 0, 10, 8, 12);
  expect(see(1001, ['a', 9])).toEqual([[0], [0.5], [10], [8], [12]]);
});

test('a band without width has no score, and still an outside', () => {
  const { issue, see } = detector();
  issue('a', 999, 0, 5, 5, 5);
  expect(see(1000, ['a', 5]).slice(0, 2)).toEqual([[0], [NaN]]);
  issue('a', 1000, 0, 5, 5, 5);
  expect(see(1001, ['a', 5.1]).slice(0, 2)).toEqual([[1], [NaN]]);
});

test('before the 200th step nothing is an anomaly, though it is scored', () => {
  const { issue, see } = detector();
  issue('a', 199, 0, 10, 9, 11);
  expect(see(200, ['a', 99]).slice(0, 2)).toEqual([[0], [89]]);
  issue('a', 200, 0, 10, 9, 11);
  expect(see(201, ['a', 99])[0]).toEqual([1]);
});

test('nothing was forecast for it: after a gap, for a new series, before there is a band', () => {
  const { issue, see } = detector();
  const nothing = [[0], [NaN], [NaN], [NaN], [NaN]];
  issue('a', 997, 0, 10, 9, 11);
  expect(see(1000, ['a', 99])).toEqual(nothing);
  expect(see(1, ['new', 99])).toEqual(nothing);
  issue('a', 1000, 0, 10, NaN, NaN);
  expect(see(1001, ['a', 99])).toEqual([[0], [NaN], [10], [NaN], [NaN]]);
});

test('series and channels are judged each by its own band', () => {
  const { issue, see } = detector(2);
  issue('a', 999, 0, 0, -1, 1);
  issue('a', 999, 1, 100, 90, 110);
  issue('b', 999, 0, 50, 40, 60);
  issue('b', 999, 1, 7, 7, 9);
  const [anomalous, , expected] = see(1000, ['b', [55, 6]], ['a', [2, 105]]);
  expect(anomalous).toEqual([0, 1, 1, 0]);
  expect(expected).toEqual([50, 7, 0, 100]);
});
