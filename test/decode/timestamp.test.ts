import { expect, test } from 'vitest';
import { Timestamp } from '../../src/decode/timestamp.ts';
import { shown } from '../../src/decode/shown.ts';
import { timeOfValue, type TimeUnit } from '../../src/decode/time.ts';

test.each([
  [1_700_000_000_000, 'ms', 1_700_000_000_000],
  [1_700_000_000_123_456, 'us', 1_700_000_000_123.456],
  [1_700_000_000_123_456_789n, 'ns', 1_700_000_000_123.456],
  [1999, 'ns', 0.001],
  [-1, 'ns', 0],
] as const)('%s %s', (count, unit, ms) => expect(new Timestamp(count, unit).ms).toBe(ms));

test('auto alone takes it for a time, and a refusal says so', () => {
  const timestamp = new Timestamp(5, 'ms');
  expect(timeOfValue('auto')(timestamp)).toBe(5);
  for (const unit of ['s', 'ms', 'us', 'ns', 'iso'] as const satisfies TimeUnit[])
    expect(timeOfValue(unit)(timestamp)).toBeNaN();
  expect(shown(timestamp)).toContain('timeUnit: auto');
});
