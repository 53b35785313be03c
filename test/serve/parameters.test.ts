import { expect, test } from 'vitest';
import { HistoryParameters, SeriesParameters } from '../../src/serve/parameters.ts';
import { parsed, Problem } from '../../src/serve/problem.ts';

function problem(run: () => unknown): Problem {
  try {
    run();
  } catch (error) {
    if (error instanceof Problem) return error;
  }
  throw new Error('Expected a Problem');
}

test('reads numbers, and fills in what is not given', () => {
  expect(parsed(SeriesParameters, {})).toEqual({
    q: '',
    sort: 'attention',
    offset: 0,
    limit: 100,
  });
  expect(parsed(HistoryParameters, { series: 'a', from: '-5', to: '1710028800000.25' })).toEqual({
    series: 'a',
    from: -5,
    to: 1710028800000.25,
    rows: 2000,
  });
});

test.each<[string, Record<string, string>, RegExp]>([
  ['no series', {}, /^series: /],
  ['an empty series', { series: '' }, /^series: /],
  ['no number', { series: 'a', from: 'yesterday' }, /^from: expected a number/],
  ['an empty number', { series: 'a', from: '' }, /^from: /],
  ['infinity', { series: 'a', to: 'Infinity' }, /^to: /],
  ['too many rows', { series: 'a', rows: '1000000' }, /^rows: /],
  ['half a row', { series: 'a', rows: '100.5' }, /^rows: /],
  ['to before from', { series: 'a', from: '5', to: '4' }, /^to: expected to >= from/],
  ['two beginnings', { series: 'a', from: '5', last: '4' }, /^from: expected one of/],
  ['an unknown parameter', { series: 'a', until: '5' }, /until/],
])('refuses %s by name', (_, query, message) => {
  const refused = problem(() => parsed(HistoryParameters, query));
  expect(refused).toMatchObject({ status: 400, code: 'PARAMETER_INVALID' });
  expect(refused.message).toMatch(message);
});
