import { expect, test } from 'vitest';
import { planOf } from './rows.ts';

test('by default every step that is forecast is reported, and nothing else is looked at', () => {
  expect(planOf([1, 2, 3])).toMatchObject({ steps: [1, 2, 3], horizons: [1, 2, 3] });
  const some = planOf([1, 2, 3], { horizons: ['3', '1'] });
  expect(some).toMatchObject({ steps: [1, 3], horizons: [1, 3] });
  expect([0, 1].map((s) => some.placesOf(s))).toEqual([[0], [1]]);
});

test('averaged over steps, a step counts for every horizon that is not before it', () => {
  const plan = planOf([1, 2, 3, 4], { horizons: ['2', '4'], averageSteps: true });
  expect(plan.steps).toEqual([1, 2, 3, 4]);
  expect(plan.steps.map((_, s) => plan.placesOf(s))).toEqual([[0, 1], [0, 1], [1], [1]]);
});

test('what lies in the rows of a phase as a whole counts for it', () => {
  const plan = planOf([1, 3], { validate: '2..4', score: '5..8' });
  expect([1, 2, 4, 5, 8, 9].map((row) => plan.phaseOf(row, row))).toEqual([
    undefined,
    'validation',
    'validation',
    'score',
    'score',
    undefined,
  ]);
  expect([1, 2, 3, 4, 5, 6, 7].map((first) => plan.phaseOf(first, first + 2))).toEqual([
    undefined,
    'validation',
    undefined,
    undefined,
    'score',
    'score',
    undefined,
  ]);
});

test('a horizon that is not forecast', () => {
  expect(() => planOf([1, 2, 3, 4, 5], { horizons: ['1', '9'] })).toThrow(
    expect.objectContaining({
      code: 'SETTINGS_INVALID',
      facts: expect.objectContaining({ expected: 'steps among 1 to 5', got: '9' }) as unknown,
    }),
  );
  expect(() => planOf([1, 6, 12], { horizons: ['12'], averageSteps: true })).toThrow(/got 2, 3, 4, 5, 7/);
});
