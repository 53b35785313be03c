import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { iso8601 } from '../../src/decode/iso8601.ts';

const instants = fc.integer({ min: Date.UTC(1600, 0, 1), max: Date.UTC(2400, 11, 31) });

test('agrees with the platform on every instant', () => {
  fc.assert(
    fc.property(instants, (ms) => {
      const text = new Date(ms).toISOString();
      expect(iso8601(text)).toBe(ms);
      expect(iso8601(text.replace('T', ' ').slice(0, -1))).toBe(ms);
    }),
    { numRuns: 1000 },
  );
  expect(iso8601('0001-01-01')).toBe(Date.parse('0001-01-01'));
});

function two(number: number): string {
  return String(number).padStart(2, '0');
}

test('agrees with the platform on zones', () => {
  const zone = fc.tuple(fc.constantFrom('+', '-'), fc.nat(23), fc.nat(59));
  fc.assert(
    fc.property(instants, zone, (ms, [sign, hours, minutes]) => {
      const text = `${new Date(ms).toISOString().slice(0, -1)}${sign}${two(hours)}:${two(minutes)}`;
      expect(iso8601(text)).toBe(Date.parse(text));
    }),
  );
});

test.each([
  ['2023-11-14T22:13:20Z', 1_700_000_000_000],
  ['2023-11-14 22:13:20', 1_700_000_000_000],
  ['2023-11-14T22:13', 1_699_999_980_000],
  ['2023-11-14', 1_699_920_000_000],
  ['2023-11-14T22:13:20.5Z', 1_700_000_000_500],
  ['2023-11-14T22:13:20.123456Z', 1_700_000_000_123.456],
  ['2023-11-14T22:13:20.123456999999999999999+00:00', 1_700_000_000_123.456],
  ['1969-12-31T23:59:59.999999Z', -0.001],
  ['2024-02-29T00:00Z', 1_709_164_800_000],
])('%s', (text, ms) => expect(iso8601(text)).toBe(ms));

test.each([
  '',
  '2023',
  '2023-11',
  '2023-02-29',
  '1900-02-29T00:00Z',
  '2023-04-31',
  '2023-00-10',
  '2023-13-01',
  '2023-11-00',
  '2023-11-14T24:00Z',
  '2023-11-14T22:60Z',
  '2023-06-30T23:59:60Z',
  '2023-11-14T22Z',
  '2023-11-14t22:13Z',
  '2023-11-14T22:13z',
  '2023-11-14T22:13:20.Z',
  '2023-11-14T22:13:20,5Z',
  '2023-11-14T22:13:2Z',
  '2023-11-14T22:13:20Z ',
  ' 2023-11-14T22:13:20Z',
  '2023-11-14T22:13:20+1:00',
  '2023-11-14T22:13:20+0100',
  '2023-11-14T22:13:20+24:00',
  '2023-11-14T22:13:20+01:60',
  '2023-11-14Z',
  '2023/11/14',
  '14.11.2023',
  '+02023-11-14',
  '2023-1١-14',
])('%j is no date', (text) => expect(iso8601(text)).toBeNaN());

test('changing one character of a date makes another date or none, never a wrong one', () => {
  fc.assert(
    fc.property(
      instants,
      fc.nat(22),
      fc.string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' }),
      (ms, at, letter) => {
        const text = new Date(ms).toISOString();
        const changed = text.slice(0, at) + letter + text.slice(at + 1);
        const read = iso8601(changed);
        const written = Number.isNaN(read) ? changed : new Date(read).toISOString();
        expect(written).toBe(Number.isNaN(read) ? changed : changed.replace(' ', 'T'));
      },
    ),
    { numRuns: 2000 },
  );
});
