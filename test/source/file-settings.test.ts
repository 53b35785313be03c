import { expect, test } from 'vitest';
import { FileSettings, PaceSettings } from '../../src/source/file-settings.ts';

test.each([
  ['max', { kind: 'max' }],
  ['60x', { kind: 'times', factor: 60 }],
  ['0.5x', { kind: 'times', factor: 0.5 }],
  ['3m', { kind: 'within', ms: 180_000 }],
  ['500ms', { kind: 'within', ms: 500 }],
])('pace %s', (text, pace) => {
  expect(PaceSettings.parse(text)).toEqual(pace);
});

test.each(['', 'x', '0x', '-1x', '1e3x', 'fast', '0s', '5', '60 x', 'max '])(
  '%j is no pace, and the message says what is',
  (text) => {
    expect(PaceSettings.safeParse(text).error?.issues[0]?.message).toBe(
      'expected max, a factor such as 60x, or a duration such as 3m',
    );
  },
);

test('full speed unless something else is said; at least one file', () => {
  expect(FileSettings.parse({ paths: ['a'] })).toEqual({ paths: ['a'], pace: { kind: 'max' } });
  expect(FileSettings.safeParse({ paths: [] }).success).toBe(false);
  expect(FileSettings.safeParse({ paths: [''] }).success).toBe(false);
});
