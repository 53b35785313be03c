import { expect, test } from 'vitest';
import { Duration, parseDuration } from '../src/duration.ts';

test.each([
  ['500ms', 500],
  ['1.5s', 1500],
  ['10m', 600_000],
  ['1h', 3_600_000],
  ['90d', 7_776_000_000],
  ['2w', 1_209_600_000],
  ['0s', 0],
])('%s is %d ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each([
  '',
  '5',
  'm',
  '-5m',
  '1e3s',
  '5 m',
  '5M',
  '1.s',
  '.5s',
  '5mm',
  '5m10s',
  ' 5m',
  '5m\n',
  '٥m',
  'Infinitys',
])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
  expect(Duration.safeParse(text).success).toBe(false);
});

test('in settings: text in, milliseconds out; no time at all is refused, and an example is given', () => {
  expect(Duration.parse('10m')).toBe(600_000);
  const { error } = Duration.safeParse('0s');
  expect(error?.issues[0]?.message).toMatch(/expected a duration such as 500ms/);
  expect(Duration.safeParse(5).success).toBe(false);
});
