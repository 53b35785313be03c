import { expect, test } from 'vitest';
import { rateFactor } from '../../src/learn/schedule.ts';

test('constant', () => expect(rateFactor({ kind: 'constant' }, 1e6)).toBe(1));

test('cosine: a line up, half a cosine down, then the floor', () => {
  const schedule = { kind: 'cosine', warmup: 4, updates: 104, floor: 0.1 } as const;
  const factors = [0, 3, 4, 54, 104, 500].map((update) => rateFactor(schedule, update));
  [0.2, 0.8, 1, 0.55, 0.1, 0.1].forEach((factor, i) => expect(factors[i]).toBeCloseTo(factor, 12));
});
