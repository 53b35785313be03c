import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { decimal } from '../../src/decode/decimal.ts';

test('reads every finite number that JavaScript writes', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      expect(decimal(String(number))).toBe(number === 0 ? 0 : number);
    }),
  );
});

test.each([
  ['+1.5', 1.5],
  ['.5', 0.5],
  ['5.', 5],
  ['-1E-3', -0.001],
  ['007', 7],
  ['1e999', Infinity],
])('%j is %d', (text, number) => expect(decimal(text)).toBe(number));

test.each([
  '',
  ' ',
  ' 1',
  '1 ',
  '0x10',
  '0b1',
  '1_000',
  '1,5',
  'Infinity',
  'NaN',
  '.',
  '-',
  'e5',
  '1e',
  '1e+',
  '--1',
  '١',
  '1\n',
])('%j is no number', (text) => expect(decimal(text)).toBeNaN());
