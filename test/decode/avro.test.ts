import avro from 'avsc';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { avroReader } from '../../src/decode/avro.ts';
import { SchemaUnusable } from '../../src/decode/registered-schema.ts';
import { Timestamp } from '../../src/decode/timestamp.ts';
import { refusal } from './decoded.ts';
import { schemaOf, valueOf } from './of-schema.ts';
import { zigzag } from './zigzag.ts';

const reading = {
  type: 'record',
  name: 'Reading',
  namespace: 'plant.line',
  fields: [
    { name: 'sensor', type: 'string' },
    { name: 'time', type: { type: 'long', logicalType: 'timestamp-millis' } },
    { name: 'value', type: ['null', 'double'], default: null },
  ],
};
const reader = (schema: unknown): ReturnType<typeof avroReader> => avroReader(schemaOf('AVRO', schema));
const read = (schema: unknown, hex: string): unknown =>
  valueOf(reader(schema), Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const said = (type: object): unknown => ({ type: 'record', name: 'R', fields: [{ name: 'x', type }] });
const msOf = (value: unknown): number => (value as { x: Timestamp }).x.ms;

test('bytes that were made by hand', () => {
  const value = read(reading, '04 7337 80a0abfef962 02 0000000000803540') as Record<string, unknown>;
  expect(value).toEqual({ sensor: 's7', time: expect.any(Timestamp) as Timestamp, value: 21.5 });
  expect((value['time'] as Timestamp).ms).toBe(1_700_000_000_000);
  expect(read(reading, '04 7337 00 00')).toMatchObject({ sensor: 's7', value: null });
});

test('all types, as avsc writes them', () => {
  const schema = {
    type: 'record',
    name: 'All',
    fields: [
      { name: 'n', type: 'null' },
      { name: 'b', type: 'boolean' },
      { name: 'i', type: 'int' },
      { name: 'l', type: 'long' },
      { name: 'f', type: 'float' },
      { name: 'd', type: 'double' },
      { name: 'bytes', type: 'bytes' },
      { name: 's', type: 'string' },
      { name: 'inner', type: { type: 'record', name: 'Inner', fields: [{ name: 'x', type: 'int' }] } },
      { name: 'again', type: 'Inner' },
      { name: 'e', type: { type: 'enum', name: 'E', symbols: ['A', 'B'] } },
      { name: 'a', type: { type: 'array', items: 'Inner' } },
      { name: 'm', type: { type: 'map', values: 'double' } },
      { name: 'fixed', type: { type: 'fixed', name: 'F', size: 2 } },
    ],
  } as const;
  const value = {
    n: null,
    b: true,
    i: -5,
    l: 2 ** 40,
    f: 0.5,
    d: 0.1,
    bytes: Buffer.from([1, 2]),
    s: 'é',
    inner: { x: 1 },
    again: { x: 2 },
    e: 'B',
    a: [{ x: 3 }, { x: 4 }],
    m: { k: 1.5, __proto__x: 2 },
    fixed: Buffer.from([3, 4]),
  };
  const bytes = avro.Type.forSchema(schema as unknown as avro.Schema).toBuffer(value);
  const got = valueOf(reader(schema), bytes) as typeof value;
  expect({ ...got, m: { ...got.m } }).toEqual(value);
});

test('what a union holds, also of types that are alike', () => {
  const schema = said(['null', 'int', 'long', 'string', { type: 'array', items: 'int' }]);
  expect(read(schema, '00')).toEqual({ x: null });
  expect(read(schema, '02 06')).toEqual({ x: 3 });
  expect(read(schema, '04 06')).toEqual({ x: 3 });
  expect(read(schema, '06 02 61')).toEqual({ x: 'a' });
  expect(read(schema, '08 02 06 00')).toEqual({ x: [3] });
  expect(read(schema, '0a')).toMatchObject(refusal('malformed'));
});

test.each([
  ['timestamp-millis', 1_700_000_000_000n, 1_700_000_000_000],
  ['timestamp-micros', 1_700_000_000_002_201n, 1_700_000_000_002.201],
  ['timestamp-micros', 9_223_372_036_854_775_807n / 1000n, 9_223_372_036_854.775],
  ['timestamp-nanos', 1_700_000_000_123_456_789n, 1_700_000_000_123.456],
  ['timestamp-nanos', -1_999n, -0.001],
  ['local-timestamp-millis', 1_700_000_000_000n, 1_700_000_000_000],
  ['local-timestamp-nanos', 1_700_000_000_123_456_789n, 1_700_000_000_123.456],
])('%s %d', (logicalType, count, ms) => {
  expect(msOf(valueOf(reader(said({ type: 'long', logicalType })), zigzag(count)))).toBe(ms);
});

test('a date, and decimals in bytes and fixed', () => {
  expect(msOf(read(said({ type: 'int', logicalType: 'date' }), '02'))).toBe(86_400_000);
  const decimal = { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 };
  expect(read(said(decimal), '04 04d2')).toEqual({ x: 12.34 });
  expect(read(said(decimal), '02 ff')).toEqual({ x: -0.01 });
  expect(read(said(decimal), '00')).toEqual({ x: 0 });
  const fixed = { type: 'fixed', name: 'D', size: 2, logicalType: 'decimal', precision: 4, scale: 1 };
  expect(read(said(fixed), 'fffe')).toEqual({ x: -0.2 });
  expect(read(said({ ...decimal, scale: -1 }), '02 05')).toEqual({ x: Buffer.from([5]) });
});

test('types of other schemas, by their full names', () => {
  const references = [
    { name: 'other.Unit', text: JSON.stringify({ type: 'enum', name: 'other.Unit', symbols: ['C', 'K'] }) },
    {
      name: 'other.Box',
      text: JSON.stringify({
        type: 'record',
        name: 'other.Box',
        fields: [{ name: 'unit', type: 'other.Unit' }],
      }),
    },
  ];
  const schema = said({ type: 'other.Box' });
  const made = avroReader(
    schemaOf('AVRO', { ...(schema as object), fields: [{ name: 'x', type: 'other.Box' }] }, references),
  );
  expect(valueOf(made, Buffer.from([2]))).toEqual({ x: { unit: 'K' } });
  expect(() => reader({ ...(schema as object), fields: [{ name: 'x', type: 'other.Box' }] })).toThrow(
    SchemaUnusable,
  );
});

test('bytes that are left over are refused', () => {
  expect(read(said('int' as unknown as object), '02 00')).toMatchObject(
    refusal('malformed', 'got 1 more bytes'),
  );
});

describe('hostile schemas', () => {
  const code = "');globalThis.wasRun=true;('";
  test.each([
    ['a name with quotes', { type: 'record', name: code, fields: [] }],
    ['a namespace with quotes', { type: 'record', name: 'R', namespace: code, fields: [] }],
    ['a field with quotes', { type: 'record', name: 'R', fields: [{ name: code, type: 'int' }] }],
    ['a field with a line break', { type: 'record', name: 'R', fields: [{ name: 'a\nb', type: 'int' }] }],
    ['a symbol with quotes', { type: 'enum', name: 'E', symbols: [code] }],
    ['a record called __proto__', { type: 'record', name: '__proto__', fields: [] }],
    ['a namespace of __proto__', { type: 'record', name: 'a.__proto__', fields: [] }],
    ['a field called __proto__', { type: 'record', name: 'R', fields: [{ name: '__proto__', type: 'int' }] }],
    ['the type __proto__', '"__proto__"'],
    ['the type constructor', '"constructor"'],
    ['no JSON', '{'],
    ['null', 'null'],
    ['levels without end', `${'['.repeat(50_000)}"int"${']'.repeat(50_000)}`],
    ['many levels', `${'{"type":"array","items":'.repeat(100)}"int"${'}'.repeat(100)}`],
    ['a field twice', { type: 'record', name: 'R', fields: [1, 2].map(() => ({ name: 'a', type: 'int' })) }],
  ])('%s', (_, schema) => {
    expect(() => reader(schema)).toThrow(SchemaUnusable);
    expect(Reflect.get(globalThis, 'wasRun')).toBeUndefined();
    expect(Reflect.get({}, 'fields')).toBeUndefined();
  });

  test('names that mean something elsewhere are fields like any other', () => {
    const names = ['constructor', 'class', 'toString', 'hasOwnProperty', 'this', 'prototype', 'return'];
    const schema = { type: 'record', name: 'Function', fields: names.map((name) => ({ name, type: 'int' })) };
    expect(read(schema, '02'.repeat(names.length))).toEqual(
      Object.fromEntries(names.map((name) => [name, 1])),
    );
  });

  test('what readers do not need is not looked at', () => {
    const field = { name: 'x', type: 'int', default: { __proto__: code }, aliases: [code], doc: code };
    expect(read({ type: 'record', name: 'R', aliases: [code], fields: [field] }, '02')).toEqual({ x: 1 });
  });
});

describe('hostile records', () => {
  test('elements that take no bytes, and records inside one another, come to an end', () => {
    expect(read({ type: 'array', items: 'null' }, 'feffffffffffffff7f')).toMatchObject(refusal('malformed'));
    const list = { type: 'record', name: 'L', fields: [{ name: 'next', type: ['null', 'L'] }] };
    expect(read(list, '02'.repeat(1000))).toMatchObject(refusal('malformed', 'at most 64 records'));
    const endless = { type: 'record', name: 'L', fields: [{ name: 'next', type: 'L' }] };
    expect(read(endless, '')).toMatchObject(refusal('malformed', 'at most 64 records'));
  });

  test('whatever the bytes: a value or a refusal, soon', () => {
    const schema = {
      type: 'record',
      name: 'R',
      fields: [
        { name: 's', type: 'string' },
        { name: 'u', type: ['null', 'long', { type: 'array', items: 'null' }, 'R'] },
        { name: 'm', type: { type: 'map', values: ['null', 'bytes'] } },
        { name: 'd', type: { type: 'bytes', logicalType: 'decimal', precision: 5, scale: 1 } },
        { name: 'b', type: 'boolean' },
      ],
    };
    const made = reader(schema);
    const samples = ['0461 6200 0000 01', '0461 6202 8001 0202 6b02 0201 0000 00', '0061'].map((hex) => [
      ...Buffer.from(hex.replaceAll(' ', ''), 'hex'),
    ]);
    const mutated = fc
      .tuple(fc.constantFrom(...samples), fc.nat(12), fc.nat(2), fc.uint8Array({ maxLength: 9 }))
      .map(([sample, at, cut, put]) => Uint8Array.from(sample.toSpliced(at, cut, ...put)));
    let [values, refusals] = [0, 0];
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 40 })), (bytes) => {
        const result = made(bytes);
        if ('reason' in result) {
          refusals++;
          expect(result).toMatchObject({
            reason: 'malformed',
            detail: expect.stringMatching(/expected .*got/s) as string,
          });
        } else values++;
      }),
      { numRuns: 5000 },
    );
    expect(values).toBeGreaterThan(10);
    expect(refusals).toBeGreaterThan(10);
  });
});
