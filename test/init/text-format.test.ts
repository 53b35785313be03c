import { expect, test } from 'vitest';
import { delimiterOf, formatOf, isHeaderRow } from '../../src/init/text-format.ts';

const bytes = (texts: readonly string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));

test.each([
  ['json', ['{"a":1}', '[{"a":1}]']],
  [
    'telegraf',
    ['{"name":"m","fields":{"a":1},"timestamp":1}', '{"metrics":[{"name":"m","fields":{},"timestamp":1}]}'],
  ],
  ['json', ['{"name":"m","fields":3,"timestamp":1}']],
  ['line-protocol', ['# a comment', 'cpu,host=a use=1 1700000000000000000']],
  ['csv', ['time,value', '1,2']],
  ['csv', ['cpu,host=a use=1 1700000000000000000', 'no line protocol']],
])('%s: %j', (format, texts) => {
  expect(formatOf(bytes(texts), 'here')).toBe(format);
});

test('nothing, and JSON over several lines, are refused', () => {
  expect(() => formatOf([], 'here')).toThrow(/nothing to look at.*here/);
  expect(() => formatOf(bytes(['[', '{"a":1},']), 'here')).toThrow(/not one to a line/);
});

test.each([
  [',', ['a,b', '1,2']],
  [';', ['a;b', '1,5;2,5']],
  ['\t', ['a b\tc', '1\t2']],
  ['|', ['a|b|c', '1|2|3']],
  [',', ['a', '1']],
])('between cells stands %j in %j', (delimiter, texts) => {
  expect(delimiterOf(bytes(texts))).toBe(delimiter);
});

test('a header has no number, no date, and one name at most that is empty', () => {
  expect(
    [
      ['a', 'b'],
      ['', 'b'],
      ['', ''],
      ['a', '1.5'],
      ['2026-01-01', 'b'],
    ].map(isHeaderRow),
  ).toEqual([true, true, false, false, false]);
});
