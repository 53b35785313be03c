import { describe, expect, test } from 'vitest';
import { decoded, refusal } from './decoded.ts';

const json = (value: unknown): string => JSON.stringify(value);
const T = 1_700_000_000_000;

describe('one field', () => {
  const settings = { format: 'json', values: ['value'] };

  test('the series is called as the key', () => {
    expect(decoded(settings, json({ sensor: 's7', time: T, value: 21.5, unit: 'C' }))).toEqual([
      ['s7', T, 21.5],
    ]);
  });

  test('an array of objects is as many readings', () => {
    const all = [1, 2, 3].map((value) => ({ sensor: `s${value}`, time: T + value, value }));
    expect(decoded(settings, json(all))).toEqual([1, 2, 3].map((value) => [`s${value}`, T + value, value]));
  });

  test('an integer names a series by its digits', () => {
    expect(decoded(settings, json({ sensor: 17, time: T, value: 1 }))).toEqual([['17', T, 1]]);
  });

  test('a name for the one series of records that name none: their other fields are values, whatever they are called', () => {
    const one = { ...settings, seriesName: 'plant' };
    expect(decoded(one, json({ time: T, value: 1 }))).toEqual([['plant', T, 1]]);
    const all = { format: 'json', seriesName: 'plant' };
    expect(decoded(all, json({ sensor: 3, time: T, value: 1 }))).toEqual([
      ['plant.sensor', T, 3],
      ['plant.value', T, 1],
    ]);
    expect(() => decoded({ format: 'json', seriesName: 'a\nb' }, '')).toThrow(/Not the name of a series/);
  });

  test.each([
    ['no bytes', null, 'missing'],
    ['nothing', '', 'malformed'],
    ['no JSON', '{"sensor":', 'malformed'],
    ['a number', '1', 'malformed'],
    ['null', 'null', 'malformed'],
    ['text', '"s7"', 'malformed'],
    ['an empty array', '[]', 'missing'],
    ['an array in an array', '[[]]', 'malformed'],
    ['no UTF-8', Buffer.from('7b2273ff223a317d', 'hex'), 'malformed'],
    ['no series', json({ time: T, value: 1 }), 'missing'],
    ['a null series', json({ sensor: null, time: T, value: 1 }), 'missing'],
    ['an empty series', json({ sensor: '', time: T, value: 1 }), 'invalid'],
    ['a series with a line break', json({ sensor: 'a\nb', time: T, value: 1 }), 'invalid'],
    ['a series of half a character', '{"sensor":"\\ud800","time":1,"value":1}', 'invalid'],
    ['a long series', json({ sensor: 'é'.repeat(129), time: T, value: 1 }), 'invalid'],
    ['a series that is a fraction', json({ sensor: 1.5, time: T, value: 1 }), 'invalid'],
    ['a series that is an object', json({ sensor: {}, time: T, value: 1 }), 'invalid'],
    ['no time', json({ sensor: 's', value: 1 }), 'missing'],
    ['a null time', json({ sensor: 's', time: null, value: 1 }), 'missing'],
    ['a time in quotes', json({ sensor: 's', time: String(T), value: 1 }), 'invalid'],
    ['a time after 2262', json({ sensor: 's', time: 1e15, value: 1 }), 'invalid'],
    ['a boolean time', json({ sensor: 's', time: true, value: 1 }), 'invalid'],
    ['no value', json({ sensor: 's', time: T }), 'missing'],
    ['a null value', json({ sensor: 's', time: T, value: null }), 'missing'],
    ['a value in quotes', json({ sensor: 's', time: T, value: '1' }), 'invalid'],
    ['a boolean value', json({ sensor: 's', time: T, value: true }), 'invalid'],
    ['a value beyond float64', '{"sensor":"s","time":1,"value":1e999}', 'invalid'],
    ['an object as value', json({ sensor: 's', time: T, value: { valueOf: 1 } }), 'invalid'],
    [
      'one bad of two',
      json([
        { sensor: 's', time: T, value: 1 },
        { sensor: 's', time: T },
      ]),
      'missing',
    ],
  ])('refuses %s', (_, value, reason) => {
    expect(decoded(settings, value)).toMatchObject(refusal(reason));
  });

  test('says which element and what was there', () => {
    const two = [
      { sensor: 's', time: T, value: 1 },
      { sensor: 's', time: T, value: 'x'.repeat(100) },
    ];
    expect(decoded(settings, json(two))).toEqual({
      reason: 'invalid',
      detail: `[1].value: expected a finite number, got "${'x'.repeat(60)}"…`,
    });
  });

  test('fields that every object inherits do not count', () => {
    for (const name of ['constructor', '__proto__', 'valueOf']) {
      const given = { format: 'json', series: name, time: name, values: [name] };
      expect(decoded(given, '{}')).toMatchObject(refusal('missing'));
    }
    expect(decoded({ ...settings, series: '__proto__' }, '{"__proto__":"s","time":1,"value":2}')).toEqual([
      ['s', 1, 2],
    ]);
  });
});

describe('several fields', () => {
  test('each number is a series of its own; null and absent ones are skipped', () => {
    const settings = { format: 'json', values: ['t', 'h', 'deep.p'] };
    const record = { sensor: 's', time: T, t: 1, h: null, deep: { p: 3 }, other: 4 };
    expect(decoded(settings, json(record))).toEqual([
      ['s.t', T, 1],
      ['s.deep.p', T, 3],
    ]);
    expect(decoded(settings, json({ sensor: 's', time: T, h: null }))).toMatchObject(refusal('missing'));
    expect(decoded(settings, json({ ...record, h: '2' }))).toMatchObject(refusal('invalid'));
    expect(decoded(settings, json({ ...record, h: false }))).toMatchObject(refusal('invalid'));
  });

  test('* is every other numeric field of the top level', () => {
    const settings = { format: 'json', series: ['site', 'id'], time: 'at', values: '*' };
    const record = { site: 'a', id: 7, at: T, t: 1, name: 'x', ok: true, none: null, deep: { p: 3 }, h: 2 };
    expect(decoded(settings, json(record))).toEqual([
      ['a/7.t', T, 1],
      ['a/7.h', T, 2],
    ]);
    expect(decoded(settings, json({ site: 'a', id: 7, at: T, name: 'x' }))).toMatchObject({
      reason: 'missing',
    });
    expect(decoded(settings, '{"site":"a","id":7,"at":1,"t":1e999}')).toMatchObject(refusal('invalid'));
    expect(decoded(settings, '{"site":"a","id":7,"at":1,"a\\nb":1}')).toMatchObject(refusal('invalid'));
  });

  test('* takes a hostile key for a name like any other', () => {
    const settings = { format: 'json', values: '*' };
    expect(decoded(settings, '{"sensor":"s","time":1,"__proto__":2}')).toEqual([['s.__proto__', 1, 2]]);
  });

  test('several fields together name the series', () => {
    const settings = { format: 'json', series: ['site', 'meta.id'], values: ['value'] };
    expect(decoded(settings, json({ site: 'plant/1', meta: { id: 'x' }, time: T, value: 1 }))).toEqual([
      ['plant/1/x', T, 1],
    ]);
    expect(decoded(settings, json({ site: 'plant', meta: { id: '1/x' }, time: T, value: 1 }))).toMatchObject({
      reason: 'invalid',
    });
    expect(decoded(settings, json({ site: 'plant', time: T, value: 1 }))).toMatchObject({
      reason: 'missing',
    });
  });
});

describe('channels', () => {
  const settings = { format: 'json', values: ['x', 'y', 'z'], channels: true };

  test('are one reading', () => {
    const records = [
      { sensor: 's', time: T, z: 3, y: 2, x: 1 },
      { sensor: 's', time: T + 1, x: 4, y: 5, z: 6 },
    ];
    expect(decoded(settings, json(records))).toEqual([
      ['s', T, 1, 2, 3],
      ['s', T + 1, 4, 5, 6],
    ]);
  });

  test('one that a record lacks was not observed; a record that lacks all is refused', () => {
    expect(decoded(settings, json({ sensor: 's', time: T, x: 1, y: null }))).toEqual([['s', T, 1, NaN, NaN]]);
    expect(decoded(settings, json({ sensor: 's', time: T, x: null, w: 1 }))).toEqual({
      reason: 'missing',
      detail: 'x, y, z: expected at least one number, got none',
    });
  });

  test.each([['"3"'], ['true'], ['{}'], ['1e999'], ['"NaN"']])(
    'what is there and is no number refuses the record: %s',
    (z) => {
      expect(decoded(settings, `{"sensor":"s","time":${T},"x":1,"z":${z}}`)).toMatchObject(
        refusal('invalid', 'z: expected a finite number'),
      );
    },
  );
});

describe('time', () => {
  test.each([
    ['s', 1_700_000_000.5, T + 500],
    ['us', 1_700_000_000_123_456, T + 123.456],
    ['iso', '2023-11-14T23:13:20+01:00', T],
    ['auto', '2023-11-14T22:13:20', T],
  ])('%s', (timeUnit, time, ms) => {
    expect(
      decoded({ format: 'json', timeUnit, values: ['value'] }, json({ sensor: 's', time, value: 1 })),
    ).toEqual([['s', ms, 1]]);
  });

  test('nanoseconds are exact, and their field may stand inside', () => {
    const settings = { format: 'json', timeUnit: 'ns', time: 'meta.t', values: ['t', 'v'] };
    const text = '{"sensor":"s","meta":{"t":1700000000123456000},"t":17000000001234567890,"v":1}';
    expect(decoded(settings, text)).toEqual([
      ['s.t', 1_700_000_000_123.456, 17_000_000_001_234_567_000],
      ['s.v', 1_700_000_000_123.456, 1],
    ]);
    expect(decoded({ ...settings, values: '*' }, text)).toEqual([
      ['s.t', T + 123.456, 17_000_000_001_234_567_000],
      ['s.v', T + 123.456, 1],
    ]);
    expect(decoded(settings, '{"sensor":"s","meta":{"t":1.5},"v":1}')).toMatchObject(refusal('invalid'));
  });
});
