import * as fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { protobufReader } from '../../src/decode/protobuf.ts';
import { SchemaUnusable, type SchemaReference } from '../../src/decode/registered-schema.ts';
import { Timestamp } from '../../src/decode/timestamp.ts';
import { refusal } from './decoded.ts';
import { schemaOf, valueOf } from './of-schema.ts';

const schema = `
  syntax = "proto3";
  package plant.line;
  import "google/protobuf/timestamp.proto";
  import "google/protobuf/wrappers.proto";

  message Reading {
    string sensor_id = 1;
    google.protobuf.Timestamp time = 2;
    double value = 3;
    optional double spare = 4;
    int64 nanos = 5;
    uint64 count = 6;
    Unit unit = 7;
    Inner inner = 8;
    repeated double samples = 9;
    map<string, double> fields = 10;
    map<int64, bool> flags = 11;
    oneof either { int32 a = 12; string b = 13; }
    google.protobuf.DoubleValue wrapped = 14;
    bytes raw = 15;
    Reading next = 16;
    message Inner { sint32 x = 1; message Deep { bool yes = 1; } }
    enum Unit { CELSIUS = 0; KELVIN = 1; }
  }
  enum Other { NONE = 0; }
  message Second { fixed64 n = 1; }
`;
const reader = (
  text: string,
  references: readonly SchemaReference[] = [],
): ReturnType<typeof protobufReader> => protobufReader(schemaOf('PROTOBUF', text, references));
const read = (text: string, hex: string): unknown =>
  valueOf(reader(text), Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** What protobufjs writes, behind the indexes of the message. */
function written(message: object, indexes = '00'): Uint8Array {
  const root = new protobuf.Root();
  protobuf.parse(schema, root, { keepCase: true });
  for (const name of ['timestamp', 'wrappers'])
    root.addJSON(protobuf.common.get(`google/protobuf/${name}.proto`)!.nested!);
  const type = root.lookupType('plant.line.Reading');
  return Buffer.concat([Buffer.from(indexes, 'hex'), type.encode(type.fromObject(message)).finish()]);
}

test('bytes that were made by hand', () => {
  const value = read(schema, '00 0a02 7337 1206 0880e2cfaa06 19 0000000000803540') as Record<string, unknown>;
  expect(value).toMatchObject({ sensor_id: 's7', value: 21.5 });
  expect((value['time'] as Timestamp).ms).toBe(1_700_000_000_000);
});

test('all types, as protobufjs writes them', () => {
  const value = valueOf(
    reader(schema),
    written({
      sensor_id: 's',
      time: { seconds: -1, nanos: 999_999_999 },
      value: -0,
      spare: 0,
      nanos: '-9223372036854775808',
      count: '18446744073709551615',
      unit: 1,
      inner: { x: -3 },
      samples: [1, 2],
      fields: { a: 1.5, constructor: 2 },
      flags: { '-9007199254740993': true },
      b: 'text',
      wrapped: { value: 7 },
      raw: Buffer.from([1]),
      next: { value: 1, count: 5 },
    }),
  ) as Record<string, unknown>;
  expect((value['time'] as Timestamp).ms).toBe(0);
  expect(value).toMatchObject({
    sensor_id: 's',
    value: -0,
    spare: 0,
    nanos: -(2n ** 63n),
    count: 2n ** 64n - 1n,
    unit: 'KELVIN',
    inner: { x: -3 },
    samples: [1, 2],
    b: 'text',
    wrapped: 7,
    next: { value: 1, count: 5, samples: [] },
  });
  expect({ ...(value['fields'] as object) }).toEqual({ a: 1.5, constructor: 2 });
  expect({ ...(value['flags'] as object) }).toEqual({ '-9007199254740993': true });
  expect(Buffer.from(value['raw'] as Uint8Array).toString('hex')).toBe('01');
});

test('a field without a value is zero, or absent where the schema can tell', () => {
  expect(read(schema, '00')).toEqual({
    sensor_id: '',
    value: 0,
    nanos: 0,
    count: 0,
    unit: 'CELSIUS',
    samples: [],
    fields: {},
    flags: {},
    raw: expect.anything() as unknown,
  });
  expect(valueOf(reader(schema), written({ wrapped: {} }))).toMatchObject({ wrapped: 0 });
});

test('fields of proto2 are absent, and required ones needed', () => {
  const proto2 = 'syntax = "proto2"; message M { required int32 a = 1; optional int32 b = 2 [default = 5]; }';
  expect(read(proto2, '00 0801')).toEqual({ a: 1 });
  expect(read(proto2, '00 1001')).toMatchObject(refusal('malformed'));
});

test.each([
  ['02 00', { sensor_id: '' }],
  ['02 02 09 0100000000000000', { n: 1 }],
  ['04 00 00 0805', { x: -3 }],
  ['06 00 00 00 0801', { yes: true }],
])('the message with the indexes %s', (hex, value) => {
  expect(read(schema, hex)).toMatchObject(value);
});

test.each(['', '03', '02 04', '02 01', '04 00 02', '06 00 00', '7e', '80', 'ffffffffffff01'])(
  'no message has the indexes %s',
  (hex) => {
    expect(read(schema, hex)).toMatchObject(refusal('malformed'));
  },
);

test('imports are references, and what these import', () => {
  const text = 'syntax = "proto3"; package a; import "b.proto"; message M { b.N n = 1; c.U u = 2; }';
  const references = [
    { name: 'c.proto', text: 'syntax = "proto3"; package c; enum U { X = 0; Y = 1; }' },
    {
      name: 'b.proto',
      text: 'syntax = "proto3"; package b; import public "c.proto"; message First {} message N { c.U u = 1; }',
    },
  ];
  const made = reader(text, references);
  expect(valueOf(made, Buffer.from('000a0208011001', 'hex'))).toEqual({ n: { u: 'Y' }, u: 'Y' });
  expect(() => reader(text)).toThrow(SchemaUnusable);
  expect(() => reader(text, references.slice(1))).toThrow(SchemaUnusable);
});

test('references of the same package do not move the indexes of messages', () => {
  const references = [
    { name: 'b.proto', text: 'syntax = "proto3"; package a; message Before { int32 x = 1; }' },
  ];
  const made = reader(
    'syntax = "proto3"; package a; import "b.proto"; message M { Before b = 1; } message N { int32 y = 1; }',
    references,
  );
  expect(valueOf(made, Buffer.from('02020803', 'hex'))).toEqual({ y: 3 });
});

test('options of other files need not be known', () => {
  const text = `syntax = "proto3"; import "confluent/meta.proto"; import "google/protobuf/descriptor.proto";
    extend google.protobuf.FieldOptions { string note = 50000; }
    message M { int32 x = 1 [(confluent.field_meta).doc = "a", (note) = "b"]; }`;
  expect(read(text, '00 0801')).toEqual({ x: 1 });
});

test('fields that the schema does not have are passed over', () => {
  expect(read('syntax = "proto3"; message M { int32 x = 1; }', '00 1005 1a0161 0802')).toEqual({ x: 2 });
});

describe('hostile schemas', () => {
  const code = '"+(globalThis.wasRun=true)+"';
  test.each([
    ['a message with quotes', `message ${code} {}`],
    ['a field with brackets', 'message M { int32 x(){globalThis.wasRun=true} = 1; }'],
    ['a number that is none', 'message M { int32 x = 1;globalThis.wasRun=true; }'],
    ['a type with quotes', `message M { ${code} x = 1; }`],
    ['a package with quotes', `package ${code}; message M {}`],
    ['a field called __proto__', 'message M { int32 __proto__ = 1; }'],
    ['a message called __proto__', 'message __proto__ { int32 x = 1; }'],
    ['an option of __proto__', 'message M { option __proto__.polluted = true; int32 x = 1; }'],
    ['no message', 'enum E { A = 0; }'],
    ['nothing', ''],
    ['a type that is nowhere', 'message M { Nowhere x = 1; }'],
    ['messages without end', `${'message M {'.repeat(10_000)}${'}'.repeat(10_000)}`],
    ['an end that is missing', 'message M { int32 x = 1;'],
  ])('%s', (_, text) => {
    expect(() => reader(`syntax = "proto3"; ${text}`)).toThrow(SchemaUnusable);
    expect(Reflect.get(globalThis, 'wasRun')).toBeUndefined();
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('texts with code in them are texts', () => {
    const text = `syntax = "proto2"; message M { optional string s = 1 [default = "\\"+(globalThis.wasRun=true)+\\""];
      option (x.constructor.prototype.polluted) = "y"; }`;
    expect(read(text, '00')).toEqual({});
    expect(Reflect.get(globalThis, 'wasRun')).toBeUndefined();
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test('names that mean something elsewhere are fields like any other', () => {
    const names = ['constructor', 'class', 'hasOwnProperty', 'toJSON', 'prototype', 'encode', 'decode'];
    const fields = names.map((name, i) => `int32 ${name} = ${i + 1};`).join(' ');
    const bytes = names.map((_, i) => `${(8 * (i + 1)).toString(16).padStart(2, '0')}01`).join('');
    expect(read(`syntax = "proto3"; message M { ${fields} }`, `00${bytes}`)).toEqual(
      Object.fromEntries(names.map((name) => [name, 1])),
    );
  });
});

describe('hostile records', () => {
  test('messages inside one another come to an end', () => {
    let message: { next?: object } = {};
    for (let i = 0; i < 200; i++) message = { next: message };
    const text = 'syntax = "proto3"; message M { M next = 1; }';
    const root = protobuf.parse(text).root;
    let bytes = new Uint8Array();
    for (let i = 0; i < 200; i++) {
      const writer = protobuf.Writer.create().uint32(10).bytes(bytes);
      bytes = writer.finish() as Uint8Array<ArrayBuffer>;
    }
    expect(root.lookupType('M')).toBeDefined();
    expect(valueOf(reader(text), Buffer.concat([Buffer.of(0), bytes]))).toMatchObject(
      refusal('malformed', 'depth'),
    );
  });

  test('text that is no UTF-8, and a time of too many nanoseconds', () => {
    expect(read(schema, '00 0a01ff')).toMatchObject(refusal('malformed'));
    expect(valueOf(reader(schema), written({ time: { seconds: 1, nanos: -1 } }))).toMatchObject(
      refusal('malformed', 'nanoseconds'),
    );
  });

  test('whatever the bytes: a value or a refusal', () => {
    const made = reader(schema);
    const sample = [
      ...written({ sensor_id: 's', time: { seconds: 5 }, fields: { a: 1 }, samples: [1, 2], next: { a: 1 } }),
    ];
    const mutated = fc
      .tuple(fc.nat(sample.length), fc.nat(2), fc.uint8Array({ maxLength: 5 }))
      .map(([at, cut, put]) => Uint8Array.from(sample.toSpliced(at, cut, ...put)));
    const random = fc.uint8Array({ maxLength: 40 }).map((bytes) => Uint8Array.from([0, ...bytes]));
    let [values, refusals] = [0, 0];
    fc.assert(
      fc.property(fc.oneof(mutated, random, fc.uint8Array({ maxLength: 20 })), (bytes) => {
        const result = made(bytes);
        if ('reason' in result) {
          refusals++;
          expect(result.detail).toMatch(/expected .*got/s);
        } else values++;
      }),
      { numRuns: 5000 },
    );
    expect(values).toBeGreaterThan(10);
    expect(refusals).toBeGreaterThan(10);
  });
});
