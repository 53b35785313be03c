import { expect, test } from 'vitest';
import { decoded, refusal } from './decoded.ts';

const settings = { format: 'telegraf' };
const metric = {
  name: 'cpu',
  tags: { host: 'web,1', cpu: 'cpu0', empty: '' },
  fields: { usage_idle: 98.5, count: 3, state: 'ok', up: true, gone: null },
  timestamp: 1_700_000_000,
};
const T = 1_700_000_000_000;
const rows = [
  [String.raw`cpu,cpu=cpu0,host=web\,1.usage_idle`, T, 98.5],
  [String.raw`cpu,cpu=cpu0,host=web\,1.count`, T, 3],
];

test('a metric, and a batch of metrics', () => {
  expect(decoded(settings, JSON.stringify(metric))).toEqual(rows);
  expect(decoded(settings, JSON.stringify({ metrics: [metric, metric] }))).toEqual([...rows, ...rows]);
});

test('names a series exactly as line protocol does', () => {
  const line = String.raw`cpu,host=web\,1,cpu=cpu0 usage_idle=98.5,count=3i,state="ok" 1700000000`;
  expect(decoded({ format: 'line-protocol', timeUnit: 's' }, line)).toEqual(rows);
});

test('a metric without tags', () => {
  const { tags: _, ...bare } = metric;
  expect(decoded(settings, JSON.stringify(bare))).toEqual([
    ['cpu.usage_idle', T, 98.5],
    ['cpu.count', T, 3],
  ]);
});

test.each([
  ['ms', '1700000000123', T + 123],
  ['ns', '1700000000123456789', T + 123.456],
  ['iso', '"2023-11-14T22:13:20Z"', T],
])('timestamps in %s', (timeUnit, timestamp, ms) => {
  expect(
    decoded({ ...settings, timeUnit }, `{"name":"m","fields":{"v":1},"timestamp":${timestamp}}`),
  ).toEqual([['m.v', ms, 1]]);
});

test('a field that is called timestamp is a number like any other, also beside nanoseconds', () => {
  const text = '{"name":"m","fields":{"timestamp":1700000000123456789},"timestamp":1700000000123456789}';
  expect(decoded({ ...settings, timeUnit: 'ns' }, text)).toEqual([
    ['m.timestamp', T + 123.456, 1_700_000_000_123_456_800],
  ]);
});

test.each([
  ['no bytes', null, 'missing'],
  ['no JSON', '{', 'malformed'],
  ['an array', '[]', 'malformed'],
  ['no name', { ...metric, name: undefined }, 'missing'],
  ['an empty name', { ...metric, name: '' }, 'invalid'],
  ['tags that are an array', { ...metric, tags: [] }, 'invalid'],
  ['a tag that is no text', { ...metric, tags: { a: 1 } }, 'invalid'],
  ['a tag without a name', { ...metric, tags: { '': 'x' } }, 'invalid'],
  ['no fields', { ...metric, fields: undefined }, 'missing'],
  ['fields that are text', { ...metric, fields: 'x' }, 'invalid'],
  ['no numeric field', { ...metric, fields: { s: 'x' } }, 'missing'],
  ['a field that is an object', { ...metric, fields: { a: {} } }, 'invalid'],
  ['a number beyond float64', '{"name":"m","fields":{"v":1e999},"timestamp":1}', 'invalid'],
  ['no timestamp', { ...metric, timestamp: undefined }, 'missing'],
  ['a timestamp in quotes', { ...metric, timestamp: '1700000000' }, 'invalid'],
  ['a timestamp in the wrong unit', { ...metric, timestamp: 1_700_000_000_000_000 }, 'invalid'],
  ['an empty batch', { metrics: [] }, 'missing'],
  ['a batch that is none', { metrics: 1 }, 'malformed'],
  ['a batch with a number in it', { metrics: [1] }, 'malformed'],
  ['one bad metric of two', { metrics: [metric, { ...metric, timestamp: null }] }, 'missing'],
])('refuses %s', (_, value, reason) => {
  const given = typeof value === 'string' || value === null ? value : JSON.stringify(value);
  expect(decoded(settings, given)).toMatchObject(refusal(reason));
});
