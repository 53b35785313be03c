import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UsualDistance } from '../../src/detect/usual-distance.ts';
import { Memory } from '../../src/memory/memory.ts';

// Seen to fail with another rank, and with 99 kept.
test('is the 95 % quantile of the last 100, sorted', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 150, maxLength: 250 }),
      (distances) => {
        const memory = new Memory();
        const usual = new UsualDistance(memory, 'test', 2);
        const row = memory.row('a');
        distances.forEach((distance, i) => {
          usual.add(row, 1, distance);
          usual.add(row, 0, 99);
          const last = distances.slice(Math.max(0, i - 99), i + 1).toSorted((a, b) => b - a);
          expect(usual.get(row, 1)).toBe(last[Math.ceil(last.length / 20) - 1]);
        });
      },
    ),
    { numRuns: 50 },
  );
});

test('is 0 where nothing has come', () => {
  const memory = new Memory();
  const usual = new UsualDistance(memory, 'test', 1);
  expect(usual.get(memory.row('a'), 0)).toBe(0);
});
