import { expect, test } from 'vitest';
import { fieldReader } from '../../src/decode/field.ts';

const record: Record<string, unknown> = JSON.parse(
  '{"a":1,"data":{"t":2,"list":[{"x":3}]},"data.t":4,"null":null,"__proto__":{"polluted":5},"toString":6}',
);

test.each([
  ['a', 1],
  ['data.list.0.x', 3],
  ['data.t', 4],
  ['__proto__.polluted', 5],
  ['toString', 6],
  ['null', null],
])('%s', (name, value) => expect(fieldReader(name)(record)).toBe(value));

test.each([
  'b',
  'constructor',
  'hasOwnProperty',
  'data.constructor',
  'data.list.length.x',
  'a.b',
  'null.x',
  'a.',
  '.a',
  '..',
])('%s is absent', (name) => expect(fieldReader(name)(record)).toBeUndefined());

test('what every object inherits is not a field', () => {
  for (const name of ['__proto__', 'constructor', 'toString', '__proto__.constructor']) {
    expect(fieldReader(name)({})).toBeUndefined();
  }
});
