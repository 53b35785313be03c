// @ts-check
import { expect, test } from 'vitest';
import { SeriesData } from '../../../src/serve/page/series-data.js';

/**
 * A window with readings at `times` and, per horizon, forecasts at its times; every value is its time.
 *
 * @param {number[]} times
 * @param {Record<string, number[]>} horizons
 */
function windowAt(times, horizons = {}) {
  return {
    readings: { time: [...times], value: [...times] },
    forecasts: Object.entries(horizons).map(([h, time]) => ({
      h,
      time: [...time],
      yhat: time.map((t) => t + Number(h) / 100),
      lo: time.map((t) => t - 1),
      hi: time.map((t) => t + 1),
    })),
    anomalies: { time: [], value: [], score: [], expected: [], lo: [], hi: [] },
    events: { time: [], kind: [], h: [], value: [], expected: [] },
  };
}

test('takes what is new and leaves what it has', () => {
  const data = new SeriesData(windowAt([1, 2], { '01': [2, 3] }));
  data.merge(windowAt([2, 3], { '01': [3, 4], '02': [5] }));
  data.merge(windowAt([1], {}));
  expect(data.readings).toEqual({ time: [1, 2, 3], value: [1, 2, 3] });
  expect(data.forecasts.get('01')).toEqual({
    h: '01',
    time: [2, 3, 4],
    yhat: [2.01, 3.01, 4.01],
    lo: [1, 2, 3],
    hi: [3, 4, 5],
  });
  expect(data.forecasts.get('02')?.time).toEqual([5]);
  expect(data.newest).toBe(3);
});

test('of a horizon what it said of the times that have come; what all say of the next is the fan', () => {
  const data = new SeriesData(windowAt([1, 2, 3], { 12: [13, 14, 15], '01': [2, 3, 4], '03': [4, 5, 6] }));
  expect(data.past('01').time).toEqual([2, 3]);
  expect(data.past('01').yhat).toEqual([2.01, 3.01]);
  expect(data.past('12').time).toEqual([]);
  expect(data.past('nothing').time).toEqual([]);
  expect(data.fan()).toEqual({
    time: [3, 4, 6, 15],
    yhat: [3, 4.01, 6.03, 15.12],
    lo: [3, 3, 5, 14],
    hi: [3, 5, 7, 16],
  });
});

test('without a forecast beyond the newest reading, or without a reading, there is no fan', () => {
  expect(new SeriesData(windowAt([5, 6], { '01': [2, 3] })).fan().time).toEqual([]);
  expect(new SeriesData(windowAt([], { '01': [2, 3] })).fan().time).toEqual([]);
});

test('drops what lies before the window, and what other horizons said of times that have come', () => {
  const data = new SeriesData(windowAt([1, 2, 3, 4], { '01': [2, 3, 4, 5], '03': [2, 3, 4, 5, 6, 7] }));
  data.prune(3, '01');
  expect(data.readings.time).toEqual([3, 4]);
  expect(data.forecasts.get('01')?.time).toEqual([3, 4, 5]);
  expect(data.forecasts.get('03')?.time).toEqual([5, 6, 7]);
  data.prune(1000, '01');
  expect(data.newest).toBeNull();
});
