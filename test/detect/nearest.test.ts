import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beside, nearestPoint } from '../../src/detect/nearest.ts';

const number = fc.integer({ min: -20, max: 20 });

test('beside a number are the largest that is not larger and the smallest that is', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 12 }), number, (numbers, x) => {
      const f32 = Float32Array.of(x, ...numbers, x);
      const { below, above } = beside({ f32 }, 1, numbers.length, x);
      const upTo = numbers.filter((y) => y <= x);
      const beyond = numbers.filter((y) => y > x);
      expect(below).toBe(numbers.indexOf(Math.max(...upTo)));
      expect(above).toBe(numbers.indexOf(Math.min(...beyond)));
    }),
  );
});

test('the nearest point is that of the least distance in units of width and height, the first of several', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(number, number), { maxLength: 12 }),
      number,
      number,
      fc.constantFrom(0, 1, 4),
      fc.constantFrom(0, 2, 8),
      (points, x, y, width, height) => {
        const f32 = Float32Array.of(...points.map(([px]) => px), ...points.map(([, py]) => py));
        const n = points.length;
        const distances = points.map(([px, py]) =>
          Math.hypot(width > 0 ? (x - px) / width : 0, height > 0 ? (y - py) / height : 0),
        );
        const { moment, distance } = nearestPoint({ f32 }, 0, n, n, x, y, width, height);
        if (n === 0) expect([moment, distance]).toEqual([-1, 0]);
        else {
          expect(distance).toBeCloseTo(Math.min(...distances), 12);
          expect(moment).toBe(distances.findIndex((one) => one <= distance + 1e-9));
        }
      },
    ),
  );
});
