import { expect, test } from 'vitest';
import { RecentHistory } from '../../src/serve/recent.ts';
import { anomalies, events, forecasts, readings } from './points.ts';

test('gives back what was added, within the window that is asked for', () => {
  const history = new RecentHistory({ points: 10, series: 10 });
  history.add([
    readings(['a', 1, 10], ['b', 1, 20]),
    forecasts('01', ['a', 2, 11, 9, 13], ['b', 2, 21, 19, 23]),
    anomalies(['a', 1, 10, 4.5, 3, 2, 4]),
  ]);
  history.add([
    readings(['a', 2, 12]),
    forecasts('01', ['a', 3, 12, 10, 14]),
    forecasts('02', ['a', 4, 7, 6, 8]),
  ]);

  expect(history.window('a', 2, 3)).toEqual({
    readings: { time: [2], value: [12] },
    forecasts: [
      { h: '01', time: [2, 3], yhat: [11, 12], lo: [9, 10], hi: [13, 14] },
      { h: '02', time: [], yhat: [], lo: [], hi: [] },
    ],
    anomalies: { time: [], value: [], score: [], expected: [], lo: [], hi: [] },
    events: { time: [], kind: [], h: [], value: [], expected: [] },
  });
  expect(history.window('a', 0, 1).anomalies).toEqual({
    time: [1],
    value: [10],
    score: [4.5],
    expected: [3],
    lo: [2],
    hi: [4],
  });
  expect([...history.series()]).toEqual([
    { name: 'a', readings: 2, lastTime: 2, lastValue: 12, anomalies: 1, lastAnomaly: 1, step: 1, behind: 0 },
    {
      name: 'b',
      readings: 1,
      lastTime: 1,
      lastValue: 20,
      anomalies: 0,
      lastAnomaly: null,
      step: null,
      behind: 1,
    },
  ]);
  expect(history.tail('a', 5)).toEqual([10, 12]);
});

test('keeps the newest events of a series, several kinds of one time too', () => {
  const history = new RecentHistory({ points: 3, series: 10 });
  const batch = [
    readings(['a', 1, 1]),
    events('drift-up', '01', ['a', 1, 9, 3], ['b', 1, 5, 2]),
    events('relearn', '01', ['a', 1, 9, 3]),
  ];
  for (let again = 0; again < 2; again++) history.add(batch);
  expect(history.window('a', 0, 9).events).toEqual({
    time: [1, 1],
    kind: ['drift-up', 'relearn'],
    h: ['01', '01'],
    value: [9, 9],
    expected: [3, 3],
  });
  history.add([events('drift-down', '01', ['a', 2, 1, 3], ['a', 3, 1, 2])]);
  expect(history.window('a', 0, 9).events.time).toEqual([1, 2, 3]);
  expect(history.window('a', 2, 2).events.kind).toEqual(['drift-down']);
});

test('of an unknown series there is nothing', () => {
  const history = new RecentHistory({ points: 10, series: 10 });
  expect(history.window('a', 0, 9).readings.time).toEqual([]);
  expect(history.tail('a', 5)).toEqual([]);
  expect([...history.series()]).toEqual([]);
});

test('holds at most the newest points of a series, and counts all', () => {
  const history = new RecentHistory({ points: 3, series: 10 });
  for (let t = 1; t <= 100; t++) history.add([readings(['a', t, t]), forecasts('01', ['a', t + 1, t, t, t])]);
  expect(history.window('a', 0, 1000).readings.time).toEqual([98, 99, 100]);
  expect(history.window('a', 0, 1000).forecasts[0]?.time).toEqual([99, 100, 101]);
  expect([...history.series()][0]).toMatchObject({ readings: 100, lastTime: 100 });
});

test('a new series takes the place of the one that has been silent longest', () => {
  const history = new RecentHistory({ points: 3, series: 2 });
  history.add([readings(['a', 1, 1], ['b', 1, 1])]);
  history.add([readings(['a', 2, 2])]);
  // A forecast is no sign of life.
  history.add([forecasts('01', ['b', 9, 1, 1, 1])]);
  const held = () => ['a', 'b', 'c'].filter((name) => history.window(name, 0, 99).readings.time.length > 0);
  const c = (t: number) => history.add([readings(['a', t, t], ['c', t, t])]);
  // b may still come: as long as each of the three could have come once since
  c(3);
  expect(held()).toEqual(['a', 'b']);
  for (const t of [4, 5, 6]) c(t);
  expect(held()).toEqual(['a', 'c']);
  expect([...history.series()].map(({ name, lastValue }) => [name, lastValue])).toEqual([
    ['a', 6],
    ['b', 1],
    ['c', 6],
  ]);
});

test('a series that a person has asked for is held from its next reading on, in the place of the one that is silent longest', () => {
  const history = new RecentHistory({ points: 3, series: 2 });
  const come = (t: number) => history.add([readings(['a', t, t], ['b', t, t], ['c', t, t])]);
  for (let t = 1; t <= 9; t++) come(t);
  expect(history.window('c', 0, 99).readings.time).toEqual([]);
  expect(history.window('nobody', 0, 99).readings.time).toEqual([]);
  come(10);
  expect(history.window('c', 0, 99).readings.time).toEqual([10]);
  expect(history.window('b', 0, 99).readings.time).toEqual([8, 9, 10]);
  expect(history.window('a', 0, 99).readings.time).toEqual([]);
});

test('the fan is what is forecast beyond the newest reading, of series whose points are not held, too', () => {
  const history = new RecentHistory({ points: 3, series: 1 });
  history.add([readings(['a', 1, 1], ['b', 1, 1])]);
  history.add([forecasts('01', ['b', 2, 5, 4, 6]), forecasts('06', ['b', 7, 8, 7, 9])]);
  expect(history.fan('b')).toEqual({ time: [2, 7], yhat: [5, 8], lo: [4, 7], hi: [6, 9] });
  history.add([readings(['b', 2, 2])]);
  expect(history.fan('b').time).toEqual([7]);
  expect(history.fan('nobody').time).toEqual([]);
});

test('a gap hardly moves the usual distance, and what is regular is met exactly', () => {
  const history = new RecentHistory({ points: 3, series: 9 });
  const stepAfter = (...times: number[]) => {
    for (const t of times) history.add([readings(['a', t, 1])]);
    return history.summary('a')?.step;
  };
  expect(stepAfter(0)).toBeNull();
  expect(stepAfter(100, 200, 300)).toBe(100);
  expect(stepAfter(10_000)).toBe(105);
  expect(stepAfter(10_100)).toBe(100);
});

test('a series is behind its own partition, not another', () => {
  const history = new RecentHistory({ points: 3, series: 9 });
  history.add([readings(['a', 1, 1], ['b', 5, 1])], 0);
  history.add([readings(['c', 99, 1])], 1);
  expect([...history.series()].map(({ behind }) => behind)).toEqual([4, 0, 0]);
});

test('a batch that comes again changes nothing', () => {
  const history = new RecentHistory({ points: 10, series: 10 });
  const batch = [readings(['a', 1, 1], ['a', 2, 2]), anomalies(['a', 2, 2, 5, 1, 0, 2])];
  history.add(batch);
  const once = [[...history.series()], history.window('a', 0, 9)];
  history.add(batch);
  expect([[...history.series()], history.window('a', 0, 9)]).toEqual(once);
});

test('rows without a value are no points', () => {
  const history = new RecentHistory({ points: 10, series: 10 });
  history.add([readings(['a', 1, Number.NaN]), forecasts('01', ['a', 2, Number.NaN, 1, 2])]);
  expect([...history.series()]).toEqual([]);
  expect(history.window('a', 0, 9).forecasts).toEqual([]);
});

test('what has been given up is forgotten, and what comes after takes its place in every table', () => {
  const history = new RecentHistory({ points: 10, series: 10 });
  history.add([readings(['stays', 1, 1]), forecasts('01', ['stays', 9999, 5, 4, 6])]);
  for (let t = 2; t < 1000; t++) {
    history.add([readings([`g${t}`, t, t]), forecasts('01', [`g${t}`, t + 1, t, t, t])]);
    history.add([events('evicted', '00', [`g${t - 1}`, t, t - 1, t + 1], ['never came', t, 1, 1])]);
  }
  expect([...history.series()].map(({ name }) => name)).toEqual(['stays', 'g999']);
  expect([history.size, history.left]).toEqual([2, 997]);
  expect(history.window('g998', 0, 9999).readings.time).toEqual([]);
  expect(history.window('g998', 0, 9999).events.time).toEqual([]);
  expect(history.window('g999', 0, 9999).readings.time).toEqual([999]);
  expect(history.fan('stays').time).toEqual([9999]);
  expect(history.fan('g999').time).toEqual([1000]);
  // of the one before in its place nothing is left
  history.add([readings(['new', 1, 1])]);
  history.add([events('evicted', '00', ['g999', 1000, 999, 1001])]);
  history.add([readings(['next', 1, 1])]);
  expect(history.fan('next').time).toEqual([]);
  expect(history.fan('g999').time).toEqual([]);
});

test('a series that has come back by the commit that tells of its leaving is not forgotten', () => {
  const history = new RecentHistory({ points: 10, series: 10 });
  history.add([readings(['a', 1, 1])]);
  history.add([readings(['a', 100, 2]), events('evicted', '00', ['a', 60, 1, 50])]);
  expect(history.window('a', 0, 999).readings.time).toEqual([1, 100]);
  expect([history.size, history.left]).toEqual([1, 0]);
});

test('who walks the list while a series leaves is told of all that were there', () => {
  const history = new RecentHistory({ points: 10, series: 10 });
  history.add([readings(['a', 1, 1], ['b', 1, 1], ['c', 1, 1])]);
  const walk = history.series()[Symbol.iterator]();
  const told = [walk.next().value?.name];
  history.add([events('evicted', '00', ['a', 9, 1, 5])]);
  for (let next = walk.next(); next.done !== true; next = walk.next()) told.push(next.value.name);
  expect(told).toEqual(['a', 'b', 'c']);
});
