import fc from 'fast-check';
import { expect, test } from 'vitest';
import { matches } from '../../src/glob.ts';
import { fluxGlob } from '../../src/source/flux-glob.ts';

test.each([
  ['boiler-*', '/^(?s:boiler-.*)$/'],
  ['*', '/^(?s:.*)$/'],
  ['a.b', String.raw`/^(?s:a\.b)$/`],
  ['a/b$', String.raw`/^(?s:a\/b\$)$/`],
  ['ä=1_b "2\n', String.raw`/^(?s:ä=1_b "2\x0a)$/`],
])('%s becomes %s', (pattern, literal) => {
  expect(fluxGlob(pattern)).toBe(literal);
});

test('fits what the pattern fits, and is a literal to its end', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', '*', '.', '/', '\\', '"', '$', '[', ']', '^', '\n', 'ä', '😀'),
  });
  fc.assert(
    fc.property(text, text, (pattern, name) => {
      const literal = fluxGlob(pattern);
      expect(literal.slice(1, -1)).not.toMatch(/(^|[^\\])(\\\\)*\//);
      // JavaScript takes the flag from elsewhere, and a backslash before any character without the flag u
      const ours = literal.slice(1, -1).replace('(?s:', '(?:');
      expect(new RegExp(ours, 's').test(name)).toBe(matches(pattern, name));
    }),
    { numRuns: 500 },
  );
});
