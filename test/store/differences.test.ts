import { expect, test } from 'vitest';
import { differences } from '../../src/store/differences.ts';

const pathsOf = (before: unknown, now: unknown): string[] => differences(before, now).map(({ path }) => path);

test('are told at the innermost keys, with what was and what is', () => {
  expect(differences({ a: { b: 1, c: [1, 2] }, d: 1 }, { a: { b: 2, c: [1, 2] }, d: 1 })).toEqual([
    { path: 'a.b', before: 1, now: 2 },
  ]);
});

test('lists count as a whole, keys that come or go as such; what JSON does not have is as if it were not there', () => {
  expect(pathsOf({ a: [1, 2], b: 1 }, { a: [2, 1], c: { d: 1 } })).toEqual(['a', 'b', 'c']);
  expect(pathsOf({ a: undefined, b: 1 }, { b: 1 })).toEqual([]);
  expect(pathsOf({ a: null }, { a: {} })).toEqual(['a']);
  expect(pathsOf({ a: 1, b: 2 }, { b: 2, a: 1 })).toEqual([]);
});
