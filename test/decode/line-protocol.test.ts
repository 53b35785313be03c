import { expect, test } from 'vitest';
import { decoded, refusal } from './decoded.ts';

const settings = { format: 'line-protocol' };
const T = 1_700_000_000_000;

test('each numeric field is a reading of its own series', () => {
  expect(decoded(settings, `weather,station=7,city=Oslo t=21.5,n=3i,note="x",ok=true ${T}000000`)).toEqual([
    ['weather,city=Oslo,station=7.t', T, 21.5],
    ['weather,city=Oslo,station=7.n', T, 3],
  ]);
});

test('the name does not depend on the order of the tags', () => {
  expect(decoded(settings, `m,b=2,a=1 v=1 ${T}000000\nm,a=1,b=2 v=2 ${T}000001`)).toEqual([
    ['m,a=1,b=2.v', T, 1],
    ['m,a=1,b=2.v', T, 2],
  ]);
});

test.each([
  ['s', '1700000000', T],
  ['ms', '1700000000123', T + 123],
  ['us', '1700000000123456', T + 123.456],
  ['ns', '1700000000123456789', T + 123.456],
])('precision %s', (timeUnit, time, ms) => {
  expect(decoded({ ...settings, timeUnit }, `m v=1 ${time}`)).toEqual([['m.v', ms, 1]]);
});

test('a line without a number is skipped, a record without any is refused', () => {
  expect(decoded(settings, 'm s="x" 1000\nm v=1 2000')).toEqual([['m.v', 0.002, 1]]);
  expect(decoded(settings, 'm s="x" 1000')).toMatchObject(refusal('missing'));
  expect(decoded(settings, '# only a comment\n')).toMatchObject(refusal('missing'));
});

test.each([
  ['no bytes', null, 'missing'],
  ['nothing', '', 'missing'],
  ['no UTF-8', Uint8Array.of(0x6d, 0xff), 'malformed'],
  ['no timestamp', 'm v=1', 'missing'],
  ['one line of two without a timestamp', 'm v=1 1\nm v=2', 'missing'],
  ['one malformed line of two', 'm v=1 1\nm v=', 'malformed'],
  ['a time after 2262', 'm v=1 9223372036854775807999', 'invalid'],
  ['a control character in a tag', 'm,a=b\u0007 v=1 1', 'invalid'],
  ['a name that ends in a backslash', 'm v\\=1 1\nm,a=b f\\x\\=1 1', 'malformed'],
])('refuses %s', (_, value, reason) => expect(decoded(settings, value)).toMatchObject(refusal(reason)));
