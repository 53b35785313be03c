import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLines } from '../../src/decode/line-parser.ts';
import type { Line } from '../../src/decode/line-parser.ts';
import { seriesFault } from '../../src/decode/readings.ts';
import { timeOfText } from '../../src/decode/time.ts';
import { isRefusal } from '../../src/decode/refusal.ts';
import { encodeLines } from '../../src/sink/line-encoder.ts';
import { linesOf, pointsOf } from './points.ts';

const T = 1_700_000_000_000;

test('a line of each measurement', () => {
  expect(linesOf(pointsOf(['value'], [['s7', T, 21.5]]))).toEqual([
    'reading,series=s7 value=21.5 1700000000000000',
  ]);
  const forecast = pointsOf(['yhat', 'lo', 'hi'], [['s7', T + 0.001, 1, -2e-7, 3e21]], {
    measurement: 'forecast',
    tags: { model: 'lstm', h: '06', zone: 'a b' },
    labels: { fingerprint: String.raw`a"b\c` },
  });
  expect(linesOf(forecast)).toEqual([
    String.raw`forecast,h=06,model=lstm,series=s7,zone=a\ b yhat=1,lo=-2e-7,hi=3e+21,fingerprint="a\"b\\c" 1700000000000001`,
  ]);
});

test('NaN is left out, and a row without a number is no line, whatever its labels', () => {
  const points = pointsOf(
    ['a', 'b'],
    [
      ['s', 1, NaN, 2],
      ['s', 2, NaN, NaN],
      ['s', 3, 3, NaN],
    ],
    { labels: { state: 'x' } },
  );
  const [lines] = encodeLines([points], 10);
  expect(lines!.bytes.toString()).toBe(
    'reading,series=s b=2,state="x" 1000\nreading,series=s a=3,state="x" 3000',
  );
  expect([lines!.source(0), lines!.source(1)]).toEqual([
    { series: 's', offset: 0 },
    { series: 's', offset: 2 },
  ]);
  expect(linesOf(pointsOf([], [['s', 1]]))).toEqual([]);
});

/** Names that InfluxDB can hold, with everything that needs care in them. */
const name = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...',= \\"\'#.;:/{}$%é温'.split(''), '😀'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 12,
  })
  .filter((text) => seriesFault(text) === undefined);
const number = fc.double({ noDefaultInfinity: true });
/** The years 1970 to 2100, every microsecond. */
const micros = fc.integer({ min: 0, max: 4_102_444_800_000_000 });

function parsed(lines: readonly string[]): readonly Line[] {
  const result = parseLines(lines.join('\n'));
  if (isRefusal(result)) throw new Error(result.detail);
  return result;
}

test('the parser gives back identity and values, whatever the names', () => {
  const tags = fc.dictionary(
    name.filter((key) => key !== 'series'),
    name,
    { maxKeys: 3 },
  );
  const rows = fc.array(fc.tuple(name, micros, number, number), { maxLength: 8 });
  const labels = fc.dictionary(name, fc.string({ unit: 'grapheme' }), { maxKeys: 2 });
  const keys = fc.uniqueArray(name, { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(tags, rows, labels, keys, (tag, given, label, [a, b]) => {
      const distinct = Object.fromEntries(Object.entries(label).filter(([key]) => key !== a && key !== b));
      const points = pointsOf(
        [a!, b!],
        given.map(([series, us, x, y]) => [series, us / 1000, x, y]),
        { tags: tag, labels: distinct, measurement: 'forecast' },
      );
      const expected = given.flatMap(([series, us, x, y]) => {
        const numbers = [[a, x] as const, [b, y] as const].filter(([, value]) => !Number.isNaN(value));
        if (numbers.length === 0) return [];
        return {
          measurement: 'forecast',
          tags: Object.entries({ ...tag, series }).toSorted(([p], [q]) => (p < q ? -1 : 1)),
          fields: Object.fromEntries([
            ...numbers.map(([key, value]) => [key, value + 0]),
            ...Object.entries(distinct),
          ]),
          time: us / 1000,
        };
      });
      const found = parsed(linesOf(points)).map((line) => ({
        measurement: line.measurement,
        tags: line.tags,
        fields: Object.fromEntries(line.fields),
        time: timeOfText('us')(line.time ?? ''),
      }));
      expect(found).toEqual(expected);
    }),
    { numRuns: 2000 },
  );
});

test('two series never share a line', () => {
  fc.assert(
    fc.property(name, name, (a, b) => {
      const lines = linesOf(
        pointsOf(
          ['value'],
          [
            [a, 1, 1],
            [b, 1, 1],
          ],
        ),
      );
      expect(lines[0] === lines[1]).toBe(a === b);
    }),
  );
});

describe('names that no line can hold', () => {
  test.each(['', 'a\nb', 'a\u0000', 'a\\', '\u007f'])('%j', (bad) => {
    const refused = expect.objectContaining({ code: 'OUTPUT_IDENTITY' });
    expect(() => linesOf(pointsOf(['value'], [[bad, 1, 1]]))).toThrow(refused);
    expect(() => linesOf(pointsOf(['value'], [['s', 1, 1]], { tags: { model: bad } }))).toThrow(refused);
    expect(() => linesOf(pointsOf(['value'], [['s', 1, 1]], { tags: { [bad]: 'x' } }))).toThrow(refused);
    expect(() => linesOf(pointsOf([bad], [['s', 1, 1]]))).toThrow(refused);
    expect(() => linesOf(pointsOf(['value'], [['s', 1, 1]], { labels: { [bad]: 'x' } }))).toThrow(refused);
  });

  test('a second tag called series', () => {
    expect(() => linesOf(pointsOf(['value'], [['s', 1, 1]], { tags: { series: 'x' } }))).toThrow(
      /tag of its own/,
    );
  });
});
