import { describe, expect, test } from 'vitest';
import { type Points, WITHDRAWN } from '../../src/sink/points.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { SqliteHistory } from '../../src/store/sqlite-history.ts';
import { commitOf } from '../checks/store.ts';
import { pointsOf } from '../sink/points.ts';

type Rows = readonly (readonly [string, number, ...number[]])[];
const readings = (rows: Rows): Points => pointsOf(['value'], rows);
const forecasts = (h: string, rows: Rows): Points =>
  pointsOf(['yhat', 'lo', 'hi'], rows, { measurement: 'forecast', tags: { model: 'm', h } });
const anomalies = (rows: Rows): Points =>
  pointsOf(['score', 'value', 'expected', 'lo', 'hi'], rows, { measurement: 'anomaly' });

/** A store, and a history that was there from the beginning and is told of each commit. */
function kept() {
  const store = new SqliteStore(':memory:', { retention: 1e15 });
  const history = new SqliteHistory(store.database);
  const commit = async (partition: number, ...points: Points[]): Promise<void> => {
    await store.commit(commitOf({ partition, points }));
    history.add(partition, points);
  };
  return { store, history, commit };
}

describe('the list of series', () => {
  const summary = (history: SqliteHistory) =>
    [...history.series()].toSorted((a, b) => (a.name < b.name ? -1 : 1));

  test('of an empty store is empty', () => {
    expect([...kept().history.series()]).toEqual([]);
  });

  test('counts the anomalies that stand, however late readings have revised them', async () => {
    const { store, history, commit } = kept();
    const revised = (block: Points): Points => ({
      ...block,
      fields: { ...block.fields, revision: new Float64Array(block.length).fill(4) },
    });
    await commit(
      0,
      readings([['a', 10, 1]]),
      anomalies([
        ['a', 10, 3, 1, 0, 0, 1],
        ['a', 20, 3, 1, 0, 0, 1],
      ]),
    );
    await commit(
      0,
      revised(
        anomalies([
          ['a', 10, 4, 1, 0, 0, 1],
          ['a', 30, 4, 1, 0, 0, 1],
        ]),
      ),
    );
    expect(summary(history)).toMatchObject([{ anomalies: 3 }]);
    await commit(0, { ...revised(pointsOf([], [['a', 20]], { measurement: 'anomaly' })), labels: WITHDRAWN });
    expect(summary(history)).toMatchObject([{ anomalies: 2 }]);
    expect(summary(new SqliteHistory(store.database))).toEqual(summary(history));
    expect(history.window('a', 0, 99).anomalies.time).toEqual([10, 30]);
  });

  test('moves on with each commit, and is the same when it is read anew', async () => {
    const { store, history, commit } = kept();
    await commit(
      0,
      readings([
        ['a', 10, 1.5],
        ['b', 11, 2],
      ]),
      forecasts('01', [['a', 70, 9, 8, 10]]),
    );
    await commit(0, readings([['a', 20, 2.5]]), anomalies([['a', 20, 3, 2.5, 0, -1, 1]]));
    const expected = [
      {
        name: 'a',
        readings: 2,
        lastTime: 20,
        lastValue: 2.5,
        anomalies: 1,
        lastAnomaly: 20,
        step: 10,
        behind: 0,
      },
      {
        name: 'b',
        readings: 1,
        lastTime: 11,
        lastValue: 2,
        anomalies: 0,
        lastAnomaly: null,
        step: null,
        behind: 9,
      },
    ];
    expect(summary(history)).toEqual(expected);
    expect(summary(new SqliteHistory(store.database))).toEqual(expected);
  });

  test('forecasts alone are no series yet', async () => {
    const { history, commit } = kept();
    await commit(0, forecasts('01', [['a', 70, 9, 8, 10]]));
    expect([...history.series()]).toEqual([]);
  });

  test('a series that comes from two partitions is that of the first, in all that is said of it', async () => {
    const { store, history, commit } = kept();
    await commit(0, readings([['a', 10, 1]]), anomalies([['a', 10, 3, 1, 0, -1, 1]]));
    await commit(
      1,
      readings([
        ['a', 11, 2],
        ['a', 12, 3],
      ]),
      anomalies([
        ['a', 11, 3, 2, 0, -1, 1],
        ['a', 12, 3, 3, 0, -1, 1],
      ]),
    );
    await commit(0, readings([['a', 13, 4]]));
    const expected = [
      {
        name: 'a',
        readings: 2,
        lastTime: 13,
        lastValue: 4,
        anomalies: 1,
        lastAnomaly: 10,
        step: 3,
        behind: 0,
      },
    ];
    expect([...history.series()]).toEqual(expected);
    const again = new SqliteHistory(store.database);
    expect([...again.series()]).toEqual(expected);
    for (const each of [history, again]) {
      expect(each.window('a', 0, 99).readings.time).toEqual([10, 13]);
      expect(each.tail('a', 9)).toEqual([1, 4]);
    }
  });
});

describe('a window', () => {
  test('holds what lies between its ends, both included, in order of time', async () => {
    const { history, commit } = kept();
    await commit(
      0,
      readings([
        ['a', 30, 3],
        ['a', 10, 1],
        ['a', 20, 2],
        ['b', 20, 99],
        ['a', 40, 4],
      ]),
    );
    expect(history.window('a', 10, 30).readings).toEqual({ time: [10, 20, 30], value: [1, 2, 3] });
    expect(history.window('a', 11, 29).readings).toEqual({ time: [20], value: [2] });
    expect(history.window('a', 41, 99).readings).toEqual({ time: [], value: [] });
  });

  test('has forecasts by horizon, at their target times; a band that was not there is NaN', async () => {
    const { history, commit } = kept();
    await commit(
      0,
      readings([['a', 1, 1]]),
      forecasts('12', [['a', 90, 5, 4, 6]]),
      forecasts('01', [
        ['a', 70, 2, NaN, NaN],
        ['a', 60, 1, 0, 2],
        ['b', 60, 7, 7, 7],
      ]),
    );
    expect(history.window('a', 0, 99).forecasts).toEqual([
      { h: '01', time: [60, 70], yhat: [1, 2], lo: [0, NaN], hi: [2, NaN] },
      { h: '12', time: [90], yhat: [5], lo: [4], hi: [6] },
    ]);
    expect(history.window('a', 80, 99).forecasts.map(({ h }) => h)).toEqual(['12']);
  });

  test('calls horizons as their tag does, however many digits that has, from the nearest to the farthest', async () => {
    const { store, commit } = kept();
    await commit(
      0,
      readings([['a', 1, 1]]),
      ...['144', '06', '12'].map((h) => forecasts(h, [['a', 90, 5, 4, 6]])),
    );
    const { forecasts: found } = new SqliteHistory(store.database).window('a', 0, 99);
    expect(found.map(({ h }) => h)).toEqual(['06', '12', '144']);
  });

  test('has the anomalies with what was expected', async () => {
    const { history, commit } = kept();
    await commit(0, readings([['a', 1, 1]]), anomalies([['a', 50, 3.5, 9, 5, 4, 6]]));
    expect(history.window('a', 0, 99).anomalies).toEqual({
      time: [50],
      score: [3.5],
      value: [9],
      expected: [5],
      lo: [4],
      hi: [6],
    });
  });

  test('of a series that nobody knows is empty', () => {
    const empty = { readings: { time: [], value: [] }, forecasts: [] };
    expect(kept().history.window('?', -1e15, 1e15)).toMatchObject(empty);
  });
});

test('the tail is the newest values, oldest first', async () => {
  const { history, commit } = kept();
  await commit(0, readings(Array.from({ length: 50 }, (_, i) => ['a', i * 10, i] as const)));
  expect(history.tail('a', 3)).toEqual([47, 48, 49]);
  expect(history.tail('a', 1000).length).toBe(50);
  expect(history.tail('?', 3)).toEqual([]);
});
