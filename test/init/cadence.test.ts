import { expect, test } from 'vitest';
import { cadenceOf } from '../../src/init/cadence.ts';

test('what lies between two stretches is no gap', () => {
  const stretch = (from: number) => ({ series: ['a', 'a', 'a'], time: [from, from + 10, from + 20] });
  expect(cadenceOf([stretch(0), stretch(1000)])).toMatchObject({ steps: 4, usual: 4, gaps: 0, longest: 10 });
});

test('series of other steps are told', () => {
  const series = ['a', 'b', 'a', 'b', 'a', 'b'];
  expect(cadenceOf([{ series, time: [0, 0, 10, 25, 20, 50] }])).toMatchObject({ isCommon: false, series: 2 });
  expect(cadenceOf([{ series, time: [0, 5, 10, 15, 20, 25] }])).toMatchObject({ isCommon: true, step: 10 });
});

test('late is by the newest of the series, lateness by the newest of all', () => {
  const found = cadenceOf([{ series: ['a', 'a', 'b', 'a'], time: [0, 20, 100, 10] }]);
  expect(found).toMatchObject({ late: 1, lateness: 90, duplicates: 0 });
});

test('one reading has no step', () => {
  expect(cadenceOf([{ series: ['a'], time: [5] }])).toMatchObject({ step: undefined, first: 5, last: 5 });
});
