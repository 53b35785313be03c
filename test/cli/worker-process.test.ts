import { expect, test } from 'vitest';
import { pauseAfter } from '../../src/cli/worker-process.ts';

test('the pause doubles from 1 s to 30 s, whatever the number of failures', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 5000].map(pauseAfter)).toEqual([
    1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ]);
});
