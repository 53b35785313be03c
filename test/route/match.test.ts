import { expect, test } from 'vitest';
import { isFor } from '../../src/route/match.ts';
import { told } from './alerts.ts';

const all = { severity: 'warning', series: '*', labels: {} } as const;

test.each([
  [{}, true],
  [{ severity: 'critical' as const }, false],
  [{ series: 'berlin.*' }, true],
  [{ series: 'paris.*' }, false],
  [{ labels: { site: 'b*' } }, true],
  [{ labels: { site: 'b*', line: '*' } }, false],
  [{ labels: { constructor: '*' } }, false],
])('%j: %s', (match, expected) => {
  expect(isFor({ ...all, ...match }, told())).toBe(expected);
});

test('what is critical goes where warnings go, too', () => {
  const alert = told({ severity: 'critical' });
  expect([isFor(all, alert), isFor({ ...all, severity: 'critical' }, alert)]).toEqual([true, true]);
});
