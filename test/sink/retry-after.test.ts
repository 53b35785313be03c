import { expect, test } from 'vitest';
import { retryAfter } from '../../src/sink/retry-after.ts';

const now = Date.UTC(2026, 0, 1, 12, 0, 0);

test.each([
  ['0', 0],
  ['3', 3000],
  [' 120 ', 120_000],
  ['Thu, 01 Jan 2026 12:00:07 GMT', 7000],
  ['Thu, 01 Jan 2026 11:59:00 GMT', 0],
  ['soon', 0],
  ['-5', 0],
  ['', 0],
  [undefined, 0],
])('%j asks for %d ms', (header, ms) => expect(retryAfter(header, now)).toBe(ms));
