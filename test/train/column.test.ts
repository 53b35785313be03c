import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Column } from '../../src/train/column.ts';

test('keeps what was written however it came, zeros where nothing was', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.integer(), { maxLength: 90 }), { maxLength: 30 }), (parts) => {
      const column = new Column((length) => new Float64Array(length));
      for (const part of parts) {
        const { numbers, at } = column.extend(part.length + 1);
        numbers.set(part, at);
      }
      expect([...column.numbers]).toEqual(parts.flatMap((part) => [...part, 0]));
    }),
  );
});

test('takes at most half as much again as it needs, but for a few', () => {
  let largest = 0;
  const column = new Column((length) => {
    largest = length;
    return new Float32Array(length);
  });
  for (let i = 0; i < 10_000; i++) column.extend(1);
  expect(largest).toBeLessThanOrEqual(15_000);
});
