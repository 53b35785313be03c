import { expect, test } from 'vitest';
import { JoinSettings } from '../../src/align/join-settings.ts';
import { joinLines } from '../../src/cli/join-lines.ts';

const join = JoinSettings.parse({ channels: ['load', 'flow'], known: ['price'], separator: '.', ahead: 24 });

test('which names become what', () => {
  expect(joinLines(join, { kind: 'file', paths: ['one.csv'] })).toEqual([
    'join: KEY.load, KEY.flow become channels of KEY',
    'join: KEY.price too, known 24 steps ahead, not forecast',
  ]);
  expect(joinLines({ ...join, known: [] }, { kind: 'sqlite' })).toHaveLength(1);
  expect(joinLines(undefined, { kind: 'kafka' })).toEqual([]);
});

test('that what belongs together must come together, where it may not', () => {
  expect(joinLines(join, { kind: 'kafka' })[2]).toContain('in one partition');
  expect(joinLines(join, { kind: 'file', paths: ['a', 'b'] })[2]).toContain('in one file');
});
