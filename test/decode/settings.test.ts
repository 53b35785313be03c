import { expect, test } from 'vitest';
import { z } from 'zod';
import { DecodeSettings } from '../../src/decode/settings.ts';

test('the format alone is enough', () => {
  expect(DecodeSettings.parse({ format: 'json' })).toEqual({
    format: 'json',
    nulls: [],
    series: 'sensor',
    time: 'time',
    timeUnit: 'auto',
    values: '*',
    channels: false,
  });
  expect(DecodeSettings.parse({ format: 'line-protocol' })).toEqual({
    format: 'line-protocol',
    timeUnit: 'ns',
    nulls: [],
  });
  expect(DecodeSettings.parse({ format: 'telegraf' })).toEqual({
    format: 'telegraf',
    timeUnit: 's',
    nulls: [],
  });
  for (const format of ['avro', 'protobuf', 'json-schema'])
    expect(DecodeSettings.parse({ format })).toMatchObject({
      series: 'sensor',
      timeUnit: 'auto',
      registry: {
        url: 'http://127.0.0.1:8081',
        timeout: 10_000,
        retry: { first: 250, longest: 30_000 },
        pins: {},
      },
    });
  expect(DecodeSettings.parse({ format: 'csv' })).toMatchObject({ delimiter: ',', values: '*', nulls: [] });
});

test.each([
  ['another format', { format: 'xml' }],
  ['an unknown key', { format: 'json', field: 'x' }],
  ['a unit that is none', { format: 'json', timeUnit: 'h' }],
  ['line protocol with dates', { format: 'line-protocol', timeUnit: 'iso' }],
  ['no values', { format: 'json', values: [] }],
  ['an empty name', { format: 'json', values: [''] }],
  ['a value named twice', { format: 'json', values: ['a', 'a'] }],
  ['a value with a line break', { format: 'json', values: ['a\nb'] }],
  ['channels without names', { format: 'json', values: '*', channels: true }],
  ['series and a constant', { format: 'csv', series: 'a', seriesName: 'b' }],
  ['a delimiter of two characters', { format: 'csv', delimiter: ', ' }],
  ['a code that is no text or number', { format: 'csv', nulls: [null] }],
  ['a code that is NaN', { format: 'json', nulls: [NaN] }],
  ['a quote as delimiter', { format: 'csv', delimiter: '"' }],
  ['a registry with a password in its address', { format: 'avro', registry: { url: 'http://a:b@host' } }],
  ['a user without a password', { format: 'avro', registry: { username: 'a' } }],
  [
    'a user and a token',
    { format: 'avro', registry: { username: 'a', password: { env: 'A' }, token: { env: 'B' } } },
  ],
  ['a pin that is no SHA-256', { format: 'protobuf', registry: { pins: { 1: 'abc' } } }],
  ['a pin of something else', { format: 'json-schema', registry: { pins: { a: '0'.repeat(64) } } }],
])('refuses %s', (_, settings) => expect(DecodeSettings.safeParse(settings).success).toBe(false));

test('every key says what it is for', () => {
  const { oneOf } = z.toJSONSchema(DecodeSettings, { io: 'input' });
  const keys = (oneOf ?? []).flatMap((variant) => Object.entries(variant.properties ?? {}));
  expect(keys.length).toBeGreaterThan(15);
  const badly = keys.filter(
    ([, schema]) => typeof schema !== 'object' || !/^\S.{10,}[^.]$/s.test(schema.description ?? ''),
  );
  expect(badly).toEqual([]);
});
