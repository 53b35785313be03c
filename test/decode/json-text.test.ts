import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonParser } from '../../src/decode/json-text.ts';

const parse = jsonParser();
const parseExact = jsonParser('time');
const bytes = (text: string): Buffer => Buffer.from(text);

test('is what JSON.parse makes of it', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(parse(bytes(text))).toEqual(JSON.parse(text));
    }),
  );
});

test('an exact field keeps the digits that a float64 cannot hold', () => {
  expect(
    parseExact(
      bytes('{"time":1700000000123456789,"value":1700000000123456789,"n":[{"time":-9007199254740993}]}'),
    ),
  ).toEqual({
    time: 1_700_000_000_123_456_789n,
    value: 1_700_000_000_123_456_800,
    n: [{ time: -9_007_199_254_740_993n }],
  });
  expect(parseExact(bytes('{"time":1.7e18}'))).toEqual({ time: 1_700_000_000_000_000_000n });
});

test('an exact field that a float64 holds, or that is no whole number, stays as it is', () => {
  for (const text of ['{"time":1}', '{"time":"1"}', '{"time":1.5}', '{"time":null}']) {
    expect(parseExact(bytes(text))).toEqual(JSON.parse(text));
  }
  expect(parseExact(bytes(`{"time":${'9'.repeat(400)}}`))).toEqual({ time: Infinity });
});

test.each(['', '{', '{"a":}', "{'a':1}", 'NaN', '{"a":1}x', '\ufeff{}'])('%j is no JSON', (text) => {
  expect(parse(bytes(text))).toBeUndefined();
  expect(parseExact(bytes(text))).toBeUndefined();
});

test('hostile depth and hostile keys do no harm', () => {
  const deep = bytes('['.repeat(200_000) + ']'.repeat(200_000));
  expect(Array.isArray(parse(deep))).toBe(true);
  expect(() => parseExact(deep)).not.toThrow();
  parse(bytes('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'));
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});
