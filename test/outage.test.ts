import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Outage } from '../src/outage.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

function outage() {
  const said: unknown[] = [];
  const note = (level: string) => (facts: object, message: string) => said.push([level, message, facts]);
  const log = { warn: note('warn'), info: note('info') };
  return { said, one: new Outage(log, { away: 'It is away', back: 'It is back', facts: { url: 'u' } }) };
}

test('says once that it is away, however often it fails, and once that it is back', () => {
  const { said, one } = outage();
  one.failed({ error: 'refused' });
  vi.advanceTimersByTime(61_040);
  one.failed({ error: 'timed out' });
  one.failed({ error: 'timed out' });
  expect(one.seconds).toBeCloseTo(61.04, 9);
  one.back();
  one.back();
  expect(said).toEqual([
    ['warn', 'It is away', { url: 'u', error: 'refused' }],
    ['info', 'It is back', { url: 'u', seconds: 61 }],
  ]);
  expect([one.seconds, one.failures]).toEqual([0, 3]);
});

test('says nothing of what was never away; an outage after another is one of its own', () => {
  const { said, one } = outage();
  one.back();
  expect(said).toEqual([]);
  for (const error of ['a', 'b']) {
    one.failed({ error });
    one.back();
  }
  expect(said).toHaveLength(4);
  expect(said[2]).toEqual(['warn', 'It is away', { url: 'u', error: 'b' }]);
});
