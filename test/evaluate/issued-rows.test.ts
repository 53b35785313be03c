import { expect, test } from 'vitest';
import { LOWERED, RETURNED } from '../../src/forecast/coverage.ts';
import { issuedRows } from '../../src/evaluate/issued-rows.ts';

const frame = {
  length: 2,
  channels: 2,
  channelNames: ['a', 'b'],
  series: Int32Array.of(0, 1),
  name: ['s', 't'],
  time: Float64Array.of(100, 200),
  value: Float64Array.of(1, 2, 3, 4),
  offset: Float64Array.of(7, 8),
  bytes: [null, null],
  records: 2,
  dead: [],
  index: Float64Array.of(5, 6),
  step: Float64Array.of(10, 10),
  yhat: Float64Array.from({ length: 12 }, (_, i) => i),
  lo: Float64Array.from({ length: 12 }, (_, i) => i - 0.5),
  hi: Float64Array.from({ length: 12 }, (_, i) => i + 0.5),
};

const rows = (columns: object) =>
  [...issuedRows({ ...frame, ...columns })].map(({ yhat, lo, hi, ...row }) => ({
    ...row,
    yhat: [...yhat],
    lo: [...lo],
    hi: [...hi],
  }));

test('a row of each reading and channel, with its forecasts', () => {
  const all = rows({ targets: [0, 1], horizons: [1, 2, 3] });
  expect(all.map(({ series, channel, value, yhat }) => [series, channel, value, yhat])).toEqual([
    ['s', 'a', 1, [0, 1, 2]],
    ['s', 'b', 2, [3, 4, 5]],
    ['t', 'a', 3, [6, 7, 8]],
    ['t', 'b', 4, [9, 10, 11]],
  ]);
  expect(all[3]).toMatchObject({
    row: 8,
    time: 200,
    index: 6,
    step: 10,
    horizons: [1, 2, 3],
    lo: [8.5, 9.5, 10.5],
    hi: [9.5, 10.5, 11.5],
  });
});

test('of chosen targets those alone, with their own forecasts', () => {
  const some = {
    targets: [1],
    horizons: [1, 2],
    yhat: Float64Array.of(0, 1, 2, 3),
    value: Float64Array.of(1, 2, 3, NaN),
  };
  expect(rows(some).map(({ series, channel, value, yhat }) => [series, channel, value, yhat])).toEqual([
    ['s', 'b', 2, [0, 1]],
    ['t', 'b', NaN, [2, 3]],
  ]);
});

test('horizons that are not all steps are taken as they are', () => {
  expect(rows({ targets: [0, 1], horizons: [1, 6, 12] })[1]).toMatchObject({
    horizons: [1, 6, 12],
    yhat: [3, 4, 5],
  });
});

test('a frame that no stage has forecast', () => {
  expect(() => rows({ targets: [0, 1], horizons: [1, 2, 3], yhat: undefined, index: undefined })).toThrow(
    expect.objectContaining({
      code: 'PIPELINE_INVALID',
      message: expect.stringContaining('without index, yhat') as unknown,
    }),
  );
});

test('what happened to the forecasts stands with the reading and the channel that it happened to', () => {
  const all = rows({
    targets: [0, 1],
    horizons: [1, 2, 3],
    expected: new Float64Array(4),
    usualError: new Float64Array(4),
    drift: Int8Array.of(0, 0, 0, 1),
    relearned: Uint8Array.of(0, 0, 0, 1),
    coverageTurns: [
      { row: 0, channel: 1, horizon: 2, turn: LOWERED, coverage: 0.8, level: 0.9, width: 1 },
      { row: 1, channel: 1, horizon: 2, turn: RETURNED, coverage: 0.9, level: 0.9, width: 1 },
    ],
  });
  expect(all.map(({ events }) => events)).toEqual([
    [],
    ['coverage-low'],
    [],
    ['drift-up', 'relearn', 'coverage-back'],
  ]);
  expect(rows({ targets: [0, 1], horizons: [1, 2, 3] }).map(({ events }) => events)).toEqual([
    [],
    [],
    [],
    [],
  ]);
});
