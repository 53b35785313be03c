import { expect, test } from 'vitest';
import { FAR } from '../../src/forecast/base.ts';
import { matured } from '../../src/forecast/matured.ts';

const NOTHING = { change: NaN, error: NaN, moved: NaN };

test('is the change, the error of the forecast, and the movement in units', () => {
  // 3 steps ago the value was 10, and a movement of 2 units of 0.5 was forecast
  expect(matured(3, 20, 12, 0.5, 9, 17, 10, 2)).toEqual({ change: 2, error: 1, moved: 4 });
});

test('is nothing where the step was not forecast, or was before the first', () => {
  expect(matured(3, 20, 12, 0.5, 9, 14, 10, 2)).toEqual(NOTHING);
  expect(matured(3, 3, 12, 0.5, 9, 0, 10, 2)).toEqual(NOTHING);
});

test('nothing is learned from what was forecast before the series had forecasts of its own', () => {
  expect(matured(3, 20, 12, 0.5, 3, 17, 10, 2).moved).toBe(NaN);
  expect(matured(3, 20, 12, 0.5, 4, 17, 10, 2).moved).toBe(4);
  expect(matured(3, 20, 12, 0.5, 0, 17, 10, 2)).toEqual({ change: 2, error: 1, moved: NaN });
});

test('no movement counts as more than so many units', () => {
  expect(matured(1, 20, -1e300, 0.5, 9, 19, 10, 0).moved).toBe(-FAR);
});
