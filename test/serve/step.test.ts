import { expect, test } from 'vitest';
import { stepOf } from '../../src/serve/step.ts';

test('the usual distance, whatever gaps there are', () => {
  expect(stepOf([0, 10, 20, 500, 510, 520])).toBe(10);
  expect(stepOf([7])).toBeNull();
  expect(stepOf([])).toBeNull();
});
