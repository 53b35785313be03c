import { describe, expect, test } from 'vitest';
import { ForetideError } from '../../src/errors.ts';
import { decoded, refusal } from './decoded.ts';

const T = 1_700_000_000_000;
const settings = { format: 'csv', columns: ['sensor', 'time', 'value'], values: ['value'] };

test('takes the cells that the source has split, else splits the bytes', () => {
  expect(decoded(settings, { cells: ['s7', String(T), '21.5'] })).toEqual([['s7', T, 21.5]]);
  expect(decoded(settings, `s7,${T},21.5`)).toEqual([['s7', T, 21.5]]);
  expect(decoded(settings, `"s""7, a", ${T} ,"21.5"\r\n\r\ns8,2023-11-14T22:13:20Z,-1e3\n`)).toEqual([
    ['s"7, a', T, 21.5],
    ['s8', T, -1000],
  ]);
  expect(decoded({ ...settings, delimiter: ';' }, `s7;${T};1`)).toEqual([['s7', T, 1]]);
});

test('columns may stand in any order, with spaces', () => {
  const mixed = { ...settings, columns: [' time', 'x', 'value ', 'sensor'] };
  expect(decoded(mixed, { cells: [` ${T}`, '?', ' 1 ', '  s '] })).toEqual([['s', T, 1]]);
});

describe('several columns', () => {
  const several = {
    format: 'csv',
    columns: ['date', 'site', 'id', 't', 'h'],
    series: ['site', 'id'],
    time: 'date',
  };

  test('each number is a reading; an empty cell is none', () => {
    const cells = ['2023-11-14 22:13:20', 'a', '7', '1', ''];
    for (const values of [['t', 'h'], '*'])
      expect(decoded({ ...several, values }, { cells })).toEqual([['a/7.t', T, 1]]);
  });

  test('codes for a missing observation', () => {
    const given = { ...several, values: '*', missing: ['-99'] };
    expect(decoded(given, { cells: ['2023-11-14', 'a', '7', '-99', '2'] })).toEqual([
      ['a/7.h', T - 80_000_000, 2],
    ]);
    expect(decoded(given, { cells: ['2023-11-14', 'a', '7', '', '2'] })).toMatchObject(refusal('invalid'));
    expect(decoded(given, { cells: ['2023-11-14', 'a', '7', '-99', '-99'] })).toMatchObject({
      reason: 'missing',
    });
  });

  test('one named series for a table without a column for it', () => {
    const table = { format: 'csv', columns: ['time', 't', 'h'], seriesName: 'roof' };
    expect(decoded({ ...table, values: ['t'] }, { cells: ['5', '1', '2'] })).toEqual([['roof', 5, 1]]);
    expect(decoded({ ...table, values: '*' }, { cells: ['5', '1', '2'] })).toEqual([
      ['roof.t', 5, 1],
      ['roof.h', 5, 2],
    ]);
  });

  test('channels', () => {
    const channels = { ...several, values: ['h', 't'], channels: true };
    expect(decoded(channels, { cells: ['2023-11-14 22:13:20', 'a', '7', '1', '2'] })).toEqual([
      ['a/7', T, 2, 1],
    ]);
    const row = (t: string, h: string) =>
      decoded(channels, { cells: ['2023-11-14 22:13:20', 'a', '7', t, h] });
    expect(row('1', '')).toEqual([['a/7', T, NaN, 1]]);
    expect(row(' NA ', '2')).toEqual([['a/7', T, 2, NaN]]);
    expect(row('-', 'null')).toMatchObject(refusal('missing', 'row: expected at least one number'));
    expect(row('1', 'x')).toMatchObject(refusal('invalid', 'h: expected a finite number'));
    expect(row('1', '1e999')).toMatchObject(refusal('invalid', 'h: expected a finite number'));
  });
});

test.each([
  ['no bytes', null, 'missing'],
  ['nothing', '', 'missing'],
  ['an open quote', '"s,1,2', 'malformed'],
  ['no UTF-8', Uint8Array.of(0xff), 'malformed'],
  ['too few cells', 's,1', 'malformed'],
  ['too many cells', 's,1,2,3', 'malformed'],
  ['no series', ` ,${T},1`, 'missing'],
  ['no time', 's,,1', 'missing'],
  ['no value', `s,${T},`, 'missing'],
  ['a code for no value', `s,${T},NaN`, 'missing'],
  ['a word as time', 's,yesterday,1', 'invalid'],
  ['a time after 2262', 's,1e15,1', 'invalid'],
  ['a word as value', `s,${T},high`, 'invalid'],
  ['a hexadecimal value', `s,${T},0x10`, 'invalid'],
  ['a decimal comma', `s,${T},"1,5"`, 'invalid'],
  ['a separator of thousands', `s,${T},1_000`, 'invalid'],
  ['a tab before the number', `s,${T},\t1`, 'invalid'],
  ['a no-break space', `s,${T},\u00a01`, 'invalid'],
  ['an infinite value', `s,${T},Infinity`, 'invalid'],
  ['a value beyond float64', `s,${T},1e999`, 'invalid'],
  ['a control character in the series', `a\tb,${T},1`, 'invalid'],
  ['one bad row of two', `s,${T},1\ns,${T},x`, 'invalid'],
])('refuses %s', (_, value, reason) => {
  expect(decoded(settings, value)).toMatchObject(refusal(reason));
});

test.each([
  ['the header', { format: 'csv' }, 'columns'],
  ['the series', { ...settings, series: 'id' }, 'series'],
  ['one series of two', { ...settings, series: ['sensor', 'id'] }, 'series'],
  ['the time', { ...settings, time: 'at' }, 'time'],
  ['a value', { ...settings, values: ['value', 'x'] }, 'values'],
  ['one of two columns of a name', { ...settings, columns: ['sensor', 'time', 'value', 'value'] }, 'values'],
  ['a possible name of the series', { ...settings, seriesName: 'a\nb' }, 'seriesName'],
])('settings that lack %s are refused', (_, given, where) => {
  const error = (() => {
    try {
      return decoded(given, '');
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(ForetideError);
  expect(error).toMatchObject({ code: 'SETTINGS_INVALID', facts: { where: `input.decode.${where}` } });
});
