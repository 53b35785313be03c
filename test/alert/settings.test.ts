import { expect, test } from 'vitest';
import { AlertSettings } from '../../src/alert/settings.ts';

const problemOf = (settings: object): string | undefined =>
  AlertSettings.safeParse(settings).error?.issues[0]?.message;

test('labels have names of their own', () => {
  expect(problemOf({ labels: '(?<site>[^.]+)[.](?<größe>.*)' })).toBeUndefined();
  expect(problemOf({ labels: '(?<site>[^.]+)[.](?<severity>.*)' })).toMatch(/site or machine, got severity/);
  expect(problemOf({ labels: '[^.]+' })).toMatch(/named groups/);
});

test('a budget is a number above 0, or none', () => {
  expect(AlertSettings.parse({}).budget).toBe(0);
  expect(AlertSettings.parse({ budget: 25 }).budget).toBe(25);
  expect(problemOf({ budget: 0 })).toBeDefined();
});
