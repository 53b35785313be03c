import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { seriesKey } from '../../src/decode/series-key.ts';

test('sorts the tags by their keys', () => {
  expect(
    seriesKey('weather', [
      ['station', '7'],
      ['city', 'New York'],
    ]),
  ).toBe('weather,city=New York,station=7');
  expect(seriesKey('weather', [])).toBe('weather');
});

test('leaves out empty tags and does not change what it is given', () => {
  const tags = [
    ['z', '1'],
    ['a', ''],
  ] as const;
  expect(seriesKey('m', tags)).toBe('m,z=1');
  expect(tags[0][0]).toBe('z');
});

function sorted(tags: Record<string, string>): [string, string][] {
  return Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1));
}

test('two different sets of tags never make one name', () => {
  // without backslashes, which only Telegraf's JSON can put before a comma
  const name = fc.string({ unit: fc.constantFrom('a', ',', '=', ' ', '.'), minLength: 1, maxLength: 4 });
  const tags = fc.dictionary(name, name, { maxKeys: 3 });
  fc.assert(
    fc.property(name, tags, name, tags, (m1, t1, m2, t2) => {
      const same = m1 === m2 && JSON.stringify(sorted(t1)) === JSON.stringify(sorted(t2));
      expect(seriesKey(m1, Object.entries(t1)) === seriesKey(m2, Object.entries(t2))).toBe(same);
    }),
    { numRuns: 5000 },
  );
});
