import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nullTest } from '../../src/decode/nulls.ts';
import { decoded, refusal } from './decoded.ts';

const T = 1_700_000_000_000;
const nulls = [-200, 'n/a', '999'];

describe('the codes', () => {
  test('are compared as numbers where they are numbers, else letter by letter', () => {
    const isNull = nullTest(nulls);
    for (const code of [-200, '-200', '-200.0', '-2e2', 999, '999', 'n/a']) expect(isNull(code)).toBe(true);
    for (const value of [200, '-200,0', 'N/A', '', 'n', null, undefined, true, {}, NaN, '0x3e7']) {
      expect(isNull(value)).toBe(false);
    }
  });

  test('none: no value is one', () => {
    const isNull = nullTest([]);
    for (const value of ['', 'NaN', 0, null]) expect(isNull(value)).toBe(false);
  });

  test('any number or text is a code of itself', () => {
    const code = fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }));
    fc.assert(
      fc.property(code, (one) => {
        expect(nullTest([one])(one)).toBe(true);
      }),
    );
  });
});

// Each case was seen to fail without the look at the codes in that decoder.
describe('what is one of them counts as absent', () => {
  test.each([
    [
      'csv',
      { columns: ['sensor', 'time', 'a', 'b'] },
      (a: string, b: string) => `s,${T},${a},${b}`,
      ['-200', '-200.0', 'n/a', ' 999 '],
    ],
    [
      'json',
      {},
      (a: string, b: string) => `{"sensor":"s","time":${T},"a":${a},"b":${b}}`,
      ['-200', '-2e2', '"n/a"', '"999"'],
    ],
  ])('%s', (format, more, record, codes) => {
    const base = { format, nulls, ...more };
    for (const code of codes) {
      for (const values of ['*', ['a', 'b']]) {
        expect(decoded({ ...base, values }, record(code, '7'))).toEqual([['s.b', T, 7]]);
        expect(decoded({ ...base, values }, record(code, code))).toMatchObject(refusal('missing'));
      }
      expect(decoded({ ...base, values: ['a'] }, record(code, '7'))).toMatchObject(refusal('missing', 'a: '));
      const channels = { ...base, values: ['a', 'b'], channels: true };
      expect(decoded(channels, record('7', code))).toEqual([['s', T, 7, NaN]]);
      expect(decoded(channels, record(code, '7'))).toEqual([['s', T, NaN, 7]]);
      expect(decoded(channels, record(code, code))).toMatchObject(refusal('missing'));
      expect(decoded(channels, record('7', '8'))).toEqual([['s', T, 7, 8]]);
    }
  });

  test('line protocol', () => {
    const settings = { format: 'line-protocol', timeUnit: 'ms', nulls };
    expect(decoded(settings, `m a=-200,b=7,c=999i,d="n/a" ${T}`)).toEqual([['m.b', T, 7]]);
    expect(decoded(settings, `m a=-200.0 ${T}`)).toMatchObject(refusal('missing'));
  });

  test('telegraf', () => {
    const metric = (fields: object) => JSON.stringify({ name: 'm', fields, timestamp: T / 1000 });
    const settings = { format: 'telegraf', nulls };
    expect(decoded(settings, metric({ a: -200, b: 7, c: 999 }))).toEqual([['m.b', T, 7]]);
    expect(decoded(settings, metric({ a: -200 }))).toMatchObject(refusal('missing'));
  });

  test('times and names of series are none of them', () => {
    const cells = ['999', '999', '7'];
    const csv = { format: 'csv', columns: ['sensor', 'time', 'value'], nulls };
    expect(decoded(csv, { cells })).toEqual([['999.value', 999, 7]]);
    const json = { format: 'json', nulls };
    expect(decoded(json, '{"sensor":999,"time":999,"value":7}')).toEqual([['999.value', 999, 7]]);
  });

  test('beside the cells that mean so in a CSV anyway', () => {
    const csv = { format: 'csv', columns: ['sensor', 'time', 'a', 'b'], nulls };
    expect(decoded(csv, `s,${T},NaN,7`)).toEqual([['s.b', T, 7]]);
    expect(decoded({ ...csv, missing: ['-'] }, `s,${T},-,7`)).toEqual([['s.b', T, 7]]);
    expect(decoded({ ...csv, missing: [], nulls: ['-'] }, `s,${T},NaN,7`)).toMatchObject(refusal('invalid'));
  });
});

test('a number among the cells that mean a missing observation is none, in a table of one column too', () => {
  const csv = { format: 'csv', columns: ['sensor', 'time', 'a'], values: ['a'], missing: ['-99'] };
  expect(decoded(csv, `s,${T},-99`)).toMatchObject(refusal('missing'));
  expect(decoded(csv, `s,${T},99`)).toEqual([['s', T, 99]]);
});
