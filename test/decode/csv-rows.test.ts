import { parse } from 'csv-parse/sync';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { csvRows } from '../../src/decode/csv-rows.ts';

test('splits text without quotes as the parser does', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '1', ',', ';', ' ', '\n', '\t', 'é'), maxLength: 20 });
  fc.assert(
    fc.property(text, fc.constantFrom(',', ';', '\t', ' '), (given, delimiter) => {
      const parsed = parse(given, { delimiter, relax_column_count: true, skip_empty_lines: true });
      expect(csvRows(given, delimiter)).toEqual(parsed);
    }),
    { numRuns: 3000 },
  );
});

test('quotes may hold the delimiter, a line break and a doubled quote', () => {
  expect(csvRows('"a,b";"c\nd"\r\n\r\n"e ""f""";\r\n', ';')).toEqual([
    ['a,b', 'c\nd'],
    ['e "f"', ''],
  ]);
});

test.each(['"a', '"a"b', 'a"b', 'x\n"a'])('%j has wrong quotes', (text) => {
  expect(csvRows(text, ',')).toBeUndefined();
});
