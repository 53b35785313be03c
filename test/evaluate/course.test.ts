import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Course } from '../../src/evaluate/course.ts';

const at = (time: number) => ({
  row: 0,
  time,
  origin: time - 1,
  horizon: 1,
  y: 5,
  yhat: 3,
  lo: 4,
  hi: 6,
  last: 1,
  mean: 0,
  season: NaN,
  usualMove: 2,
});

test('two courses put together are the course of both', () => {
  const times = fc.array(fc.integer({ min: 0, max: 1e9 }), { maxLength: 400, size: 'max' });
  fc.assert(
    fc.property(times, times, (some, others) => {
      const [one, two, both] = [new Course(), new Course(), new Course()];
      for (const time of some) one.add(at(time));
      for (const time of others) two.add(at(time));
      for (const time of [...some, ...others]) both.add(at(time));
      one.addAll(two);
      expect(one.bins).toEqual(both.bins);
    }),
    { numRuns: 50, endOnFailure: true },
  );
});
