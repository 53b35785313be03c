import { describe, expect, test } from 'vitest';
import { REASONS } from '../../src/detect/judge.ts';
import { FULL } from '../../src/detect/rarity.ts';
import { documentOf } from '../../src/route/document.ts';
import { inWords, titleOf } from '../../src/route/words.ts';
import { over, told } from './alerts.ts';

describe('an alert in words', () => {
  test('why, what came, what was expected, since when', () => {
    expect(inWords(told())).toBe(
      'the error of the forecast is rarer than one in a million: got 61.23, expected 88.4 (80 to 95.7); since 2026-01-02 03:04 UTC',
    );
  });

  test('that it is over', () => {
    expect(inWords(over(told({ reason: 'flatline', expected: null, lo: null, hi: null })))).toBe(
      'the same value for so long is rarer than one in a million: got 61.23; from 2026-01-02 03:04 UTC to 2026-01-02 03:14 UTC: over',
    );
  });

  test('that it was none', () => {
    const alert = told({ state: 'resolved', isWithdrawn: true });
    expect(inWords(alert)).toMatch(/; since 2026-01-02 03:04 UTC: withdrawn, a late reading makes it none$/);
    expect(documentOf(alert, {})).toMatchObject({ state: 'resolved', withdrawn: true });
    expect(documentOf(over(told()), {})).not.toHaveProperty('withdrawn');
  });

  test('what was nearest before, where it is novel', () => {
    const novel = told({ reason: 'novelty', nearest: 70.123456, nearestTime: Date.UTC(2026, 0, 1, 5) });
    expect(inWords(novel)).toBe(
      'nothing like it has come before: got 61.23, expected 88.4 (80 to 95.7), nearest before 70.12 at 2026-01-01 05:00 UTC; since 2026-01-02 03:04 UTC',
    );
  });

  test('nothing but why where nothing has come', () => {
    const silent = told({ reason: 'silence', value: null, expected: null, lo: null, hi: null });
    expect(inWords(silent)).toBe(
      'that nothing comes for so long is rarer than one in a million; since 2026-01-02 03:04 UTC',
    );
  });

  test.each([
    [0, 'ten'],
    [2 / FULL, '100'],
    [4 / FULL, '10,000'],
    [5.99 / FULL, '100,000'],
    [6 / FULL, 'a million'],
    [1, 'a trillion'],
  ])('a score of %d is rarer than one in %s', (score, rare) => {
    expect(inWords(told({ score, peak: 1 }))).toContain(`rarer than one in ${rare}:`);
  });

  test('says of what is novel no more than that', () => {
    expect(inWords(told({ reason: 'novelty' }))).toMatch(
      /^nothing like it has come before: got 61\.23, expected/,
    );
  });

  test('each reason has words of its own', () => {
    const words = REASONS.map((reason) => inWords(told({ reason })).split(/ is rarer|: got/)[0]);
    expect(new Set(words).size).toBe(REASONS.length);
    for (const [i, reason] of REASONS.entries()) expect(words[i]).not.toBe(reason);
  });

  test('and is called by its series, its channel where it has one, and its reason', () => {
    expect(titleOf(told())).toBe('berlin.press-2: surprise');
    expect(titleOf(told({ channel: 'load' }))).toBe('berlin.press-2 (load): surprise');
  });
});
