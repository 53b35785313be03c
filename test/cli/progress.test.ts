import { expect, test } from 'vitest';
import { percentPrefix } from '../../src/cli/progress.ts';

test('a share is told in whole percent, rounded down; one that is not known is not told', () => {
  expect([0, 0.999, 1, null].map(percentPrefix)).toEqual(['0 %, ', '99 %, ', '100 %, ', '']);
});
