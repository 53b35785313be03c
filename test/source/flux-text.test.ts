import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fluxText } from '../../src/source/flux-text.ts';

test.each([
  ['reading', '"reading"'],
  ['', '""'],
  ['a "b"', String.raw`"a \x22b\x22"`],
  ['back\\', String.raw`"back\x5c"`],
  ['$${x}', String.raw`"\x24\x24{x}"`],
  ['two\nlines\r\t\0', String.raw`"two\x0alines\x0d\x09\x00"`],
  ['ä ☃ 😀', '"ä ☃ 😀"'],
])('%j becomes %s', (text, literal) => {
  expect(fluxText(text)).toBe(literal);
});

test('a literal ends where the text does, holds no expression, and is the text again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const inside = fluxText(text).slice(1, -1);
      expect(inside).not.toMatch(/["$\n]|\\[^x]/);
      const back = inside.replace(/\\x(..)/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
      expect(back).toBe(text);
    }),
  );
});
