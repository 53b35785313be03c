import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkOrder, Instant } from '../../src/source/instant.ts';

test.each([
  ['2026-01-01', Date.UTC(2026, 0, 1)],
  ['2026-01-01T01:00:00.000001+01:00', Date.UTC(2026, 0, 1) + 0.001],
  [1_767_225_600_000, 1_767_225_600_000],
  [-0.5, -0.5],
])('%j is %d ms', (written, ms) => expect(Instant.parse(written)).toBe(ms));

test.each([
  ['yesterday', /^expected an ISO 8601 date such as/],
  ['1767225600000', /^expected an ISO 8601 date such as/],
  [true, /^expected an ISO 8601 date such as/],
  [NaN, /^expected an ISO 8601 date such as/],
  [1e300, /between the years 1677 and 2262/],
])('refuses %j', (written, message) => {
  expect(Instant.safeParse(written).error?.issues.map((issue) => issue.message)).toEqual([
    expect.stringMatching(message),
  ]);
});

test('a range ends after it begins, where both are instants', () => {
  const Range = z
    .object({ from: z.union([Instant, z.object({})]).optional(), to: Instant.optional() })
    .superRefine(checkOrder);
  for (const good of [{}, { from: 5 }, { to: 5 }, { from: 5, to: 5.001 }, { from: {}, to: 1 }])
    expect(Range.safeParse(good).success).toBe(true);
  for (const bad of [
    { from: 5, to: 5 },
    { from: '2026-01-02', to: '2026-01-01' },
  ])
    expect(Range.safeParse(bad).error?.issues).toMatchObject([{ path: ['to'] }]);
});
