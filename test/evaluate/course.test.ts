import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Course } from '../../src/evaluate/course.ts';
import { target } from './scored.ts';

test('two courses put together are the course of both', () => {
  const times = fc.array(fc.integer({ min: 0, max: 1e9 }), { maxLength: 400, size: 'max' });
  fc.assert(
    fc.property(times, times, (some, others) => {
      const [one, two, both] = [new Course(), new Course(), new Course()];
      for (const time of some) one.add(target(time));
      for (const time of others) two.add(target(time));
      for (const time of [...some, ...others]) both.add(target(time));
      one.addAll(two);
      expect(one.bins).toEqual(both.bins);
    }),
    { numRuns: 50, endOnFailure: true },
  );
});
