import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDuration } from '../../src/duration.ts';
import { durationText } from '../../src/init/duration-text.ts';

test('is what settings read, to the millisecond', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 1e12 }), (ms) => parseDuration(durationText(ms)) === ms));
  expect([300_000, 86_400_000, 90_000, 1500].map(durationText)).toEqual(['5m', '1d', '90s', '1500ms']);
});
