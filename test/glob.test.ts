import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matches, nameTest } from '../src/glob.ts';

test('a pattern matches what the expression with .* in place of * does', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 });
  fc.assert(
    fc.property(text, name, (pattern, given) => {
      const parts = pattern.split('*').map((part) => part.replaceAll('.', String.raw`\.`));
      expect(matches(pattern, given)).toBe(new RegExp(`^${parts.join('.*')}$`, 's').test(given));
    }),
    { numRuns: 5000 },
  );
});

test('several patterns: those without a star are names', () => {
  const isOne = nameTest(['pump', 'boiler-*', '*.flow']);
  expect(['pump', 'boiler-7', 'a.flow', 'pumps', 'xboiler-7', 'a.flows'].map(isOne)).toEqual([
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});
