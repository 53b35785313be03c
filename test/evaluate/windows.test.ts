import { expect, test } from 'vitest';
import { noSums } from '../../src/evaluate/sums.ts';
import { Windows } from '../../src/evaluate/windows.ts';
import { planOf } from './rows.ts';

test('a window counts as a whole, for the phase in which it lies, and its place is free then', () => {
  const plan = planOf([1, 2, 3], {
    averageSteps: true,
    horizons: ['1', '3'],
    validate: '0..9',
    score: '10..19',
  });
  const windows = new Windows(plan, 4);
  const to = { score: plan.horizons.map(noSums), validation: plan.horizons.map(noSums) };
  const fill = (place: number, first: number): void => {
    windows.begin(place, first);
    windows.sums(place, 1).count += 3;
    windows.sums(place, 1).error += 0.5;
  };
  const counts = (): readonly number[] => [to.score[1]!.count, to.validation[1]!.count];
  fill(2, 8);
  expect(windows.phaseOf(2, 10)).toBeUndefined();
  windows.end(2, 1, 10, to);
  expect(counts()).toEqual([0, 0]);
  fill(2, 5);
  windows.end(2, 1, 9, to);
  fill(2, 10);
  fill(3, 11);
  windows.end(2, 1, 18, to);
  windows.end(3, 1, 19, to);
  windows.end(3, 1, 19, to);
  expect(counts()).toEqual([6, 3]);
  expect(to.score[1]!.error).toBe(1);
  expect(to.score[0]).toEqual(noSums());
});
