// @ts-check
import { expect, test } from 'vitest';
import { chartColumns, gapAfter } from '../../../src/serve/page/columns.js';

const NO_FAN = { time: [], yhat: [], lo: [], hi: [] };

test('readings, forecasts and the fan share one column of times', () => {
  const readings = { time: [1, 2], value: [10, 20] };
  const forecast = { h: '01', time: [2, 3], yhat: [21, 31], lo: [20, 30], hi: [22, 32] };
  const fan = { time: [2, 9], yhat: [20, 90], lo: [20, 80], hi: [20, NaN] };
  expect(chartColumns(readings, forecast, fan, 5)).toEqual({
    time: [1, 2, 3, 9],
    actual: [10, 20, undefined, undefined],
    yhat: [undefined, 21, 31, undefined],
    lo: [undefined, 20, 30, undefined],
    hi: [undefined, 22, 32, undefined],
    fan: [undefined, 20, undefined, 90],
    fanLo: [undefined, 20, undefined, 80],
    fanHi: [undefined, 20, undefined, null],
  });
});

test('where readings are missing the line is interrupted, and the forecast is not', () => {
  const readings = { time: [0, 10, 50, 60], value: [1, 2, 3, 4] };
  const forecast = { h: '01', time: [10, 20, 30, 40, 50], yhat: [1, 2, 3, 4, 5], lo: [], hi: [] };
  const { time, actual, yhat } = chartColumns(readings, forecast, NO_FAN, gapAfter(10, false));
  const between = actual.slice(time.indexOf(10) + 1, time.indexOf(50));
  expect(between.filter((v) => v !== undefined)).toEqual([null]);
  expect(yhat.filter((v) => v !== undefined)).toEqual([1, 2, 3, 4, 5]);
});

test('of a thinned window, or without a step, no distance is a gap', () => {
  expect(gapAfter(10, true)).toBe(Infinity);
  expect(gapAfter(null, false)).toBe(Infinity);
});

test('a band that is not known is interrupted', () => {
  const forecast = { h: '01', time: [1, 2], yhat: [1, 2], lo: [], hi: [] };
  expect(chartColumns({ time: [], value: [] }, forecast, NO_FAN, Infinity).lo).toEqual([null, null]);
});
