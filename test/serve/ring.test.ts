import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ring } from '../../src/serve/ring.ts';

test('keeps the newest rows, whatever the limit, and finds any stretch of them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 400 }),
      fc.integer({ min: -5, max: 1000 }),
      fc.integer({ min: 0, max: 500 }),
      (limit, distances, from, length) => {
        const ring = new Ring(2, limit);
        let model: [number, number][] = [];
        let time = 0;
        for (const [i, distance] of distances.entries()) {
          time += distance;
          const isNew = model.length === 0 || time > model.at(-1)![0];
          expect(ring.push([Float64Array.of(time), Float64Array.of(i)], 0)).toBe(isNew);
          if (isNew) model = [...model, [time, i] satisfies [number, number]].slice(-limit);
        }
        const wanted = model.filter(([t]) => t >= from && t <= from + length);
        expect(ring.length).toBe(model.length);
        expect(ring.between(from, from + length)).toEqual([wanted.map(([t]) => t), wanted.map(([, v]) => v)]);
        expect(ring.newest(7)[1]).toEqual(model.slice(-7).map(([, v]) => v));
      },
    ),
  );
});

test('a column without a source is NaN', () => {
  const ring = new Ring(3, 4);
  ring.push([Float64Array.of(9, 1), Float64Array.of(9, 2)], 1);
  expect(ring.between(0, 9)).toEqual([[1], [2], [Number.NaN]]);
});
