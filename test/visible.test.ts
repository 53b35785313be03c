import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { visible, visibleJson } from '../src/visible.ts';

test.each([
  ['a\u001b[2Jb', 'a\\u001b[2Jb'],
  ['\u009b31m', '\\u009b31m'],
  ['\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
  ['over\rwritten', 'over\\u000dwritten'],
  ['\u202egnp.exe', '\\u202egnp.exe'],
  ['a\tb\nc', 'a\tb\nc'],
  ['°C – ü 温度 🌡', '°C – ü 温度 🌡'],
])('%j', (text, shown) => {
  expect(visible(text)).toBe(shown);
});

test('what is parsed of a line of JSON is what is visible, but for line breaks that it escapes by letters', () => {
  const text = fc.string({
    unit: fc.constantFrom('\\', '\u001b', '\u009b', '\u202e', 'u001b', '"', 'a', 'ü', '\n', '\u0000'),
  });
  fc.assert(
    fc.property(text, (given) => {
      expect(JSON.parse(visibleJson(JSON.stringify({ given })))).toEqual({ given: visible(given) });
    }),
  );
});
