import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FlatJson } from '../../src/decode/flat-json.ts';
import { isJsonObject } from '../../src/decode/json-text.ts';

/** What `JSON.parse` makes of a text; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const space = fc.constantFrom('', '', '', ' ', '\n', '\t ', '\r\n');
const name = fc.constantFrom(
  'sensor',
  'time',
  'value',
  'a b',
  '7',
  '__proto__',
  'toString',
  'ä',
  '"',
  '\\',
  'x'.repeat(300),
);
const digits = fc.stringMatching(/^\d{1,25}$/);
const written = fc.oneof(
  fc.double().map(String),
  fc.integer().map(String),
  fc.float().map((x) => x.toFixed(3)),
  fc
    .tuple(
      fc.constantFrom('', '-', '+'),
      digits,
      fc.constantFrom('', '.', '.0', '.125'),
      digits,
      fc.constantFrom('', 'e5', 'E-7', 'e+400', 'e'),
    )
    .map((parts) => parts.join('')),
  fc.constantFrom(
    '0',
    '-0',
    '-0.0',
    '00',
    '01',
    '0.1',
    '.5',
    '5.',
    '-',
    '9007199254740993',
    '0.30000000000000004',
    '1e23',
    '123456789012345678',
    '4.35',
    '2.2250738585072011e-308',
  ),
);
const text = fc.oneof(
  fc.string({ unit: 'binary' }).map((one) => JSON.stringify(one)),
  fc.string({ unit: 'grapheme-ascii' }).map((one) => `"${one}"`),
  fc.constantFrom('"s7"', '"2026-01-01T00:00:00Z"', '"\u007f"', '"\t"', '"é"', '"\\u0041"', '"', '""'),
);
const other = fc.constantFrom(
  'true',
  'false',
  'null',
  'nul',
  'truex',
  '[1]',
  '{"a":1}',
  '',
  'NaN',
  'Infinity',
  'undefined',
);
const field = fc.tuple(
  space,
  name.map((one) => JSON.stringify(one)),
  space,
  space,
  fc.oneof({ weight: 5, arbitrary: written }, { weight: 3, arbitrary: text }, other),
  space,
);
const object = fc
  .tuple(
    fc.array(field, { maxLength: 4 }),
    space,
    fc.constantFrom('', '', '', '', '', '}', ',', 'x', '\u00a0'),
  )
  .map(([fields, before, after]) => {
    const inner = fields.map(([a, key, b, c, value, d]) => `${a}${key}${b}:${c}${value}${d}`);
    return `${before}{${inner.join(',')}}${before}${after}`;
  });

// Seen to fail where a leading zero is let through, where digits beyond 2^53 are divided, where a byte above ASCII is taken as it is, where a
// second field of one name is expected, and where what follows the object is not looked at.
test('gives what JSON.parse gives of all that it reads, and nothing of what that refuses', () => {
  let read = 0;
  fc.assert(
    fc.property(fc.array(object, { minLength: 1, maxLength: 6 }), (texts) => {
      const flat = new FlatJson(['sensor']);
      for (const one of texts.flatMap((each) => [each, each])) {
        const bytes = Buffer.from(`..${one}..`).subarray(2, -2);
        const [got, right] = [flat.read(bytes), parsed(one)];
        if (got !== undefined) {
          read++;
          expect({ ...got }).toStrictEqual(right);
          expect(Object.keys(got)).toEqual(Object.keys(right as object));
        } else if (isJsonObject(right)) flat.other(right);
      }
    }),
    { numRuns: 1500 },
  );
  expect(read).toBeGreaterThan(50);
});

test('reads numbers to the last bit, as they are written anywhere', () => {
  const flat = new FlatJson([]);
  flat.other({ value: 0 });
  fc.assert(
    fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), written), (one) => {
      const right = parsed(`{"value":${one}}`) as { value: number } | undefined;
      const got = flat.read(Buffer.from(`{"value":${one}}`));
      if (got) expect(Object.is(got['value'], right?.value)).toBe(true);
      else expect(right === undefined || typeof right.value !== 'number').toBe(true);
    }),
    { numRuns: 10_000 },
  );
});

test('what it has seen last is what it expects, but not at once', () => {
  const flat = new FlatJson(['sensor']);
  const read = (record: object): unknown => structuredClone(flat.read(Buffer.from(JSON.stringify(record))));
  expect(read({ a: 1 })).toBeUndefined();
  flat.other({ a: 1 });
  expect(read({ a: 2 })).toEqual({ a: 2 });
  for (let i = 0; i < 63; i++) {
    flat.other({ b: 1 });
    expect(read({ a: i })).toEqual({ a: i });
  }
  flat.other({ b: 1 });
  expect([read({ a: 3 }), read({ b: 'x' })]).toEqual([undefined, { b: 'x' }]);
});
