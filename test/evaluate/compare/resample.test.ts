import { expect, test } from 'vitest';
import { ratiosOf } from '../../../src/evaluate/compare/resample.ts';
import { seededRandom } from '../../../src/model/random.ts';

const errors = (a: readonly number[], other: readonly number[]) => ({
  a: Float64Array.from(a),
  other: Float64Array.from(other),
});
const random = seededRandom(7);
const some = (n: number): number[] => Array.from({ length: n }, () => 1 + random());

test('equal errors: a ratio of 1, no more and no less', () => {
  const a = some(20);
  const { all, byHorizon, better, worse } = ratiosOf([[errors(a, a)], [errors(a, a)]], 20);
  expect(all).toEqual({ ratio: 1, low: 1, high: 1 });
  expect(byHorizon).toEqual([all, all]);
  expect([better, worse]).toEqual([0, 0]);
});

test('the ratio is the geometric mean over series and horizons', () => {
  const a = some(12);
  const times = (factor: number) =>
    errors(
      a,
      a.map((error) => error * factor),
    );
  const { all, byHorizon, better, worse } = ratiosOf([[times(2), times(8)], [times(0.25)]], 12);
  expect(byHorizon.map(({ ratio }) => ratio)).toEqual([expect.closeTo(4, 12), expect.closeTo(0.25, 12)]);
  expect(all.ratio).toBeCloseTo(1, 12);
  expect(byHorizon[0]!.low).toBeCloseTo(4, 12);
  expect(better + worse).toBeLessThanOrEqual(12);
});

test('of fewer than ten stretches there is a ratio and no interval', () => {
  const nine = ratiosOf([[errors(some(9), some(9))]], 9);
  expect(nine.all).toMatchObject({ low: null, high: null });
  expect(nine.all.ratio).toBeGreaterThan(0);
  expect(ratiosOf([[errors(some(10), some(10))]], 10).all.low).toBeGreaterThan(0);
});

test('of nothing, or without an error, there is none', () => {
  const nothing = { ratio: null, low: null, high: null };
  expect(ratiosOf([], 0)).toEqual({ byHorizon: [], all: nothing, better: 0, worse: 0 });
  expect(ratiosOf([[errors([0, 0], [0, 0])]], 2).all).toEqual(nothing);
  // a series without an error on one side says nothing beside one that has some
  expect(ratiosOf([[errors([0], [1]), errors([1], [3])]], 1).all.ratio).toBeCloseTo(3);
});

test('the same errors give the same numbers', () => {
  const given = [[errors(some(30), some(30))]];
  expect(ratiosOf(given, 30)).toEqual(ratiosOf(given, 30));
});

test('where there is no difference, about 95 intervals in 100 say so', () => {
  const holds = Array.from({ length: 200 }, () => {
    const { all } = ratiosOf([[errors(some(40), some(40))]], 40);
    return all.low! <= 1 && all.high! >= 1;
  }).filter(Boolean).length;
  expect(holds).toBeGreaterThan(178);
  expect(holds).toBeLessThan(200);
});

test('stretches in which it was better and worse', () => {
  const { better, worse } = ratiosOf([[errors([1, 1, 1, 1], [0.5, 2, 0.9, 1])]], 4);
  expect([better, worse]).toEqual([2, 1]);
});
