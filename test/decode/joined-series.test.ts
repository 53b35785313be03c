import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { refusal } from './decoded.ts';
import { joinedSeries } from '../../src/decode/joined-series.ts';

test('joins by a slash, which only the first value may hold itself', () => {
  const join = joinedSeries(['site', 'sensor']);
  expect(join(['plant/7', 't'])).toBe('plant/7/t');
  expect(join(['plant', '7/t'])).toMatchObject(refusal('invalid', 'sensor'));
});

test('checks the name as a whole', () => {
  expect(joinedSeries(['a', 'b'])(['x'.repeat(200), 'y'.repeat(56)])).toMatchObject(refusal('invalid'));
});

test('two different lists of values never make one name', () => {
  const values = fc.array(fc.string({ unit: fc.constantFrom('a', '/', ' '), minLength: 1, maxLength: 4 }), {
    minLength: 3,
    maxLength: 3,
  });
  const join = joinedSeries(['a', 'b', 'c']);
  fc.assert(
    fc.property(values, values, (a, b) => {
      const [first, second] = [join(a), join(b)];
      const same = typeof first === 'string' && first === second;
      expect(same && JSON.stringify(a) !== JSON.stringify(b)).toBe(false);
    }),
    { numRuns: 5000 },
  );
});
