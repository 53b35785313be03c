import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonSchemaReader } from '../../src/decode/json-schema.ts';
import { SchemaUnusable, type SchemaReference } from '../../src/decode/registered-schema.ts';
import { refusal } from './decoded.ts';
import { schemaOf, valueOf } from './of-schema.ts';

const schema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: {
    sensor: { type: 'string', minLength: 1 },
    time: { type: 'string', format: 'date-time' },
    value: { type: 'number', 'connect.index': 2 },
  },
  required: ['sensor', 'value'],
};
const reader = (
  given: unknown,
  references: readonly SchemaReference[] = [],
): ReturnType<typeof jsonSchemaReader> => jsonSchemaReader(schemaOf('JSON', given, references));
const read = (given: unknown, value: unknown): unknown =>
  valueOf(reader(given), Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)));

test('what fits is what JSON.parse makes of it', () => {
  const value = { sensor: 's', time: '2026-01-01T00:00:00Z', value: 1, more: [null] };
  expect(read(schema, value)).toEqual(value);
});

test.each([
  [
    'a missing field',
    { sensor: 's' },
    "value: expected what the schema says, got what it says of: must have required property 'value'",
  ],
  [
    'a wrong type',
    { sensor: 's', value: '1' },
    '"/value": expected what the schema says, got what it says of: must be number',
  ],
  [
    'a wrong format',
    { sensor: 's', value: 1, time: 'soon' },
    '"/time": expected what the schema says, got what it says of: must match format "date-time"',
  ],
])('says where: %s', (_, value, detail) => {
  expect(read(schema, value)).toEqual({ reason: 'invalid', detail });
});

test('no JSON is malformed', () => {
  expect(read(schema, '{')).toMatchObject(refusal('malformed'));
  expect(valueOf(reader(schema), Buffer.from('"\xff"', 'latin1'))).toMatchObject(refusal('malformed'));
});

test('a field that is read exactly has all of its digits, and fits as a number', () => {
  const exact = jsonSchemaReader(schemaOf('JSON', { properties: { time: { type: 'integer' } } }), 'time');
  expect(valueOf(exact, Buffer.from('{"time":1700000000123456789}'))).toEqual({
    time: 1_700_000_000_123_456_789n,
  });
});

test.each([
  ['draft-06', { $schema: 'http://json-schema.org/draft-06/schema#', exclusiveMinimum: 0 }, 0],
  ['no draft', { exclusiveMinimum: 0 }, 0],
  [
    '2019-09',
    { $schema: 'https://json-schema.org/draft/2019-09/schema', dependentRequired: { a: ['b'] } },
    { a: 1 },
  ],
  [
    '2020-12',
    { $schema: 'https://json-schema.org/draft/2020-12/schema', prefixItems: [{ type: 'string' }] },
    [1],
  ],
  ['false', false, 1],
])('what %s says', (_, given, value) => {
  expect(read(given, value)).toMatchObject(refusal('invalid'));
});

test('references by their names and by their addresses', () => {
  const references = [{ name: 'unit.json', text: JSON.stringify({ enum: ['C'] }) }];
  for (const id of [{}, { $id: 'https://example.com/schemas/reading.json' }]) {
    const made = reader({ ...id, properties: { unit: { $ref: 'unit.json' } } }, references);
    expect(valueOf(made, Buffer.from('{"unit":"C"}'))).toEqual({ unit: 'C' });
    expect(valueOf(made, Buffer.from('{"unit":"K"}'))).toMatchObject(refusal('invalid'));
  }
  const named = { $id: 'https://example.com/unit.json', enum: ['C'] };
  const made = reader({ properties: { unit: { $ref: 'https://example.com/unit.json' } } }, [
    { name: 'https://example.com/unit.json', text: JSON.stringify(named) },
  ]);
  expect(valueOf(made, Buffer.from('{"unit":"K"}'))).toMatchObject(refusal('invalid'));
});

describe('hostile schemas', () => {
  const code = `'"\`);globalThis.wasRun=true;//\${globalThis.wasRun=true}\u2028\n`;

  test('code in names, patterns, constants and references is text', () => {
    const given = {
      $id: 'a',
      $comment: code,
      title: code,
      [code]: code,
      properties: { [code]: { const: code }, x: { enum: [code] } },
      required: [code],
      dependencies: { [code]: [code] },
      definitions: { [code]: { const: code } },
      additionalProperties: { $ref: `#/definitions/${encodeURIComponent(code)}` },
      propertyNames: { maxLength: 200 },
    };
    expect(read(given, {})).toMatchObject(refusal('invalid'));
    expect(read(given, { [code]: code })).toEqual({ [code]: code });
    expect(read(given, { [code]: code, other: 1 })).toMatchObject(refusal('invalid'));
    expect(Reflect.get(globalThis, 'wasRun')).toBeUndefined();
  });

  test('__proto__ is a name like any other, and changes nothing', () => {
    const given =
      '{"properties":{"__proto__":{"properties":{"polluted":{"default":true}}}},"default":{"__proto__":{"polluted":true}}}';
    expect(read(given, '{"__proto__":{"polluted":true}}')).toBeDefined();
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  test.each([
    ['an asynchronous one', { $async: true }],
    ['an asynchronous one, written in another way', '{"\\u0024async":true}'],
    [
      'one that refers to what is asynchronous',
      { $ref: '#/definitions/a', definitions: { a: { $async: true } } },
    ],
    ['no JSON', '{'],
    ['an array', []],
    ['a number', 1],
    ['another draft', { $schema: 'http://json-schema.org/draft-04/schema#' }],
    ['a draft that is none', { $schema: 1 }],
    ['a reference to nowhere', { $ref: 'https://example.com/nowhere.json' }],
    ['a pattern that is none', { pattern: '(' }],
    ['a keyword of a wrong type', { type: 7 }],
    ['many levels', `${'{"not":'.repeat(100)}{}${'}'.repeat(100)}`],
    ['levels without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('refuses %s', (_, given) => {
    expect(() => reader(given)).toThrow(SchemaUnusable);
  });

  test('one that refers to itself without end refuses every record', () => {
    expect(read({ allOf: [{ $ref: '#' }] }, 1)).toMatchObject(refusal('invalid', 'comes to an end'));
  });
});

test('a record of many levels is refused', () => {
  expect(read({}, `${'['.repeat(65)}${']'.repeat(65)}`)).toMatchObject(refusal('invalid', '64 levels'));
  expect(read({}, `${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toMatchObject({
    detail: expect.stringMatching(/expected .*got/) as string,
  });
});

test('whatever the JSON: it fits, or is refused', () => {
  const made = reader({
    $ref: '#/definitions/n',
    definitions: { n: { items: { $ref: '#/definitions/n' }, maxItems: 2 } },
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json().map((text) => Buffer.from(text)),
        fc.uint8Array(),
      ),
      (bytes) => {
        const result = made(bytes);
        if ('reason' in result) expect(result.detail).toMatch(/expected .*got/s);
        else expect(result.value).toEqual(JSON.parse(Buffer.from(bytes).toString()));
      },
    ),
    { numRuns: 1000 },
  );
});
