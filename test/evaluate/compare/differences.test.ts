import { expect, test } from 'vitest';
import { differencesOf } from '../../../src/evaluate/compare/differences.ts';

test('tells each setting by its path, and what only one of them says', () => {
  const a = { model: { hidden: 8, cell: 'lstm' }, align: { every: '1m' }, forecast: { store: [1, 2] } };
  const other = { model: { hidden: 4, cell: 'lstm' }, forecast: { store: [1], level: 0.8 } };
  expect(differencesOf(a, other)).toEqual([
    { path: 'align.every', a: '1m', other: null },
    { path: 'forecast.level', a: null, other: 0.8 },
    { path: 'forecast.store', a: [1, 2], other: [1] },
    { path: 'model.hidden', a: 8, other: 4 },
  ]);
  expect(differencesOf(a, structuredClone(a))).toEqual([]);
});

test('says nothing of where outputs go', () => {
  expect(differencesOf({ output: { token: { env: 'T' } } }, { store: { path: 'x' }, routes: [1] })).toEqual(
    [],
  );
});
