import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cellReader } from '../../src/init/cells.ts';
import { roughTime, timeUnitOf, unitOf } from '../../src/init/time-unit.ts';

const cells = cellReader('csv');

test('an instant of 1990 to 2100 is of one unit, and comes back', () => {
  const instant = fc.integer({ min: 631_152_000, max: 4_102_444_799 });
  const units = fc.constantFrom(['s', 1], ['ms', 1e3], ['us', 1e6], ['ns', 1e9]);
  fc.assert(
    fc.property(instant, units, (second, [unit, per]) => {
      expect(unitOf(second * per)).toBe(unit);
      expect(roughTime(String(second * per), unit as 's', cells)).toBeCloseTo(second * 1000, 0);
    }),
  );
});

test.each(['0', '17', '20130101', '6e8', '-1700000000', 'x', ''])('%j is no time', (text) => {
  expect(timeUnitOf(text, cells)).toBeUndefined();
});

test('a date is', () => {
  expect(timeUnitOf('2026-01-01 12:00', cells)).toBe('iso');
  expect(roughTime('2026-01-01', 'iso', cells)).toBe(Date.UTC(2026, 0, 1));
});
