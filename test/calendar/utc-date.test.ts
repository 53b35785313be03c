import { afterEach, expect, test } from 'vitest';
import { inUtc } from '../../src/calendar/utc-date.ts';

const zone = process.env['TZ'];
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

function parts(date: Date): number[] {
  return [
    date.getFullYear(),
    date.getMonth(),
    date.getDate(),
    date.getDay(),
    date.getHours(),
    date.getMinutes(),
    date.getSeconds(),
    date.getTimezoneOffset(),
  ];
}

test('local time inside is UTC, whatever the host says', () => {
  process.env['TZ'] = 'Pacific/Apia';
  expect(new Date(2011, 11, 30).getDate()).toBe(31); // the host's zone has no 30th
  inUtc(() => {
    expect(parts(new Date(2011, 11, 30, 1, 2, 3))).toEqual([2011, 11, 30, 5, 1, 2, 3, 0]);
    expect(parts(new Date(Date.UTC(2026, 6, 1, 23, 59)))).toEqual([2026, 6, 1, 3, 23, 59, 0, 0]);
    expect(new Date('2026-07-01T22:00:00.000Z').getHours()).toBe(22);
    expect(new Date(new Date(5)).getTime()).toBe(5);
    expect(new Date(2026, 0).getTime()).toBe(Date.UTC(2026, 0));
  });
});

test('the Date of before is back after, and after a throw', () => {
  const before = Date;
  expect(inUtc(() => Date)).not.toBe(before);
  expect(Date).toBe(before);
  expect(() =>
    inUtc(() => {
      throw new Error('inside');
    }),
  ).toThrow('inside');
  expect(Date).toBe(before);
});
