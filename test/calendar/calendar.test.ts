import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { type Calendar, calendarOf } from '../../src/calendar/calendar.ts';
import { CalendarSettings } from '../../src/calendar/settings.ts';
import { ForetideError } from '../../src/errors.ts';

afterEach(() => vi.restoreAllMocks());

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function calendar(zone: string, holidays?: string): Calendar {
  return calendarOf(CalendarSettings.parse({ zone, holidays }));
}

function all(of: Calendar, ms: number): number[] {
  return [of.localTime(ms), of.localTimeOfWeek(ms), of.dayOfWeek(ms), of.yearTurns(ms), of.isHoliday(ms)];
}

test('local time leaps and falls back with the zone, also by half an hour', () => {
  const berlin = calendar('Europe/Berlin');
  const spring = Date.UTC(2026, 2, 29, 1);
  expect(berlin.localTime(spring - 1)).toBe(Date.UTC(2026, 2, 29, 2) - 1);
  expect(berlin.localTime(spring)).toBe(Date.UTC(2026, 2, 29, 3));
  expect(berlin.localTime(spring - 1)).toBe(Date.UTC(2026, 2, 29, 2) - 1); // and back
  const island = calendar('Australia/Lord_Howe');
  const autumn = Date.UTC(2026, 3, 4, 15);
  expect(island.localTime(autumn - 1)).toBe(Date.UTC(2026, 3, 5, 2) - 1);
  expect(island.localTime(autumn)).toBe(Date.UTC(2026, 3, 5, 1, 30));
  expect(calendar('UTC').localTime(spring)).toBe(spring);
  // before the first transition, the sun's own time: 53 min 28 s
  expect(berlin.localTime(Date.UTC(1800, 0)) - Date.UTC(1800, 0)).toBe(53 * 60_000 + 28_000);
});

test('the week begins on Monday, at local midnight', () => {
  const newYork = calendar('America/New_York');
  const monday = Date.UTC(2026, 10, 23, 5); // 00:00 in New York
  expect(newYork.dayOfWeek(monday - 1)).toBe(6);
  expect(newYork.dayOfWeek(monday)).toBe(0);
  expect([0, 1, 2, 3, 4, 5, 6].map((day) => newYork.dayOfWeek(monday + day * DAY))).toEqual([
    0, 1, 2, 3, 4, 5, 6,
  ]);
  expect([-1, 0].map((ms) => calendar('UTC').dayOfWeek(ms))).toEqual([2, 3]); // 1970 began on a Thursday
});

test('the year begins at local midnight and is 365 or 366 days long', () => {
  const kathmandu = calendar('Asia/Kathmandu');
  const newYear = Date.UTC(2028, 0, 1) - 5.75 * HOUR;
  expect(kathmandu.yearTurns(newYear)).toBe(0);
  expect(kathmandu.yearTurns(newYear - 1)).toBeCloseTo(1, 9);
  expect(kathmandu.yearTurns(newYear - 1)).toBeLessThan(1);
  expect(kathmandu.yearTurns(newYear + 183 * DAY)).toBe(0.5); // a leap year
  expect(kathmandu.yearTurns(newYear + 366 * DAY)).toBe(0);
});

test('a holiday is a local day', () => {
  const berlin = calendar('Europe/Berlin', 'DE');
  const christmas = Date.UTC(2026, 11, 24, 23); // 00:00 on the 25th in Berlin
  const days = [christmas - 1, christmas, christmas + 2 * DAY - 1, christmas + 2 * DAY];
  expect(days.map((ms) => berlin.isHoliday(ms))).toEqual([0, 1, 1, 0]);
  const newYork = calendar('America/New_York', 'US/NY');
  expect([4, 5, 28, 29].map((hour) => newYork.isHoliday(Date.UTC(2026, 10, 26, hour)))).toEqual([0, 1, 1, 0]);
  expect(calendar('Europe/Berlin').isHoliday(christmas)).toBe(0);
  expect(berlin.isHoliday(Date.UTC(2300, 11, 25))).toBe(0);
});

test('a holiday goes by the Sunday of its week, from local midnight to midnight', () => {
  const berlin = calendar('Europe/Berlin', 'DE');
  const plain = calendar('Europe/Berlin');
  const friday = Date.UTC(2026, 11, 24, 23); // 00:00 on Christmas Day
  const [before, sunday] = [Date.UTC(2026, 11, 24, 23, 59, 59, 999), Date.UTC(2026, 11, 27)];
  expect(berlin.localTimeOfWeek(friday - 1)).toBe(before);
  expect(berlin.localTimeOfWeek(friday)).toBe(sunday);
  expect(berlin.localTimeOfWeek(friday + 9 * HOUR)).toBe(sunday + 9 * HOUR);
  expect(berlin.localTimeOfWeek(friday + DAY)).toBe(sunday); // the 26th is one, too
  expect(berlin.localTimeOfWeek(friday + 2 * DAY)).toBe(sunday);
  expect(berlin.localTimeOfWeek(friday + 3 * DAY)).toBe(sunday + DAY);
  for (let at = friday - 3 * DAY; at < friday + 5 * DAY; at += HOUR)
    expect(plain.localTimeOfWeek(at)).toBe(plain.localTime(at));
});

test('the same settings give the same calendar, equal ones one of their own', () => {
  const settings = CalendarSettings.parse({ zone: 'Europe/Berlin' });
  expect(calendarOf(settings)).toBe(calendarOf(settings));
  expect(calendarOf({ ...settings })).not.toBe(calendarOf(settings));
});

test('results depend on the instant alone, not on what was asked before', () => {
  const used = calendar('America/New_York', 'US');
  // near transitions and turns of the year, where what is kept changes
  const instant = fc.oneof(
    fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2031, 0) }),
    fc
      .tuple(
        fc.constantFrom(Date.UTC(2026, 2, 8, 7), Date.UTC(2026, 10, 1, 6), Date.UTC(2026, 0, 1, 5)),
        fc.integer({ min: -2, max: 2 }),
      )
      .map(([at, away]) => at + away),
  );
  fc.assert(
    fc.property(fc.array(instant, { minLength: 1, maxLength: 30 }), (instants) => {
      for (const ms of instants) {
        const seen = all(used, ms);
        expect(seen).toEqual(all(calendar('America/New_York', 'US'), ms));
      }
    }),
    { numRuns: 30 },
  );
});

test('NaN and what is no date do no harm', () => {
  const berlin = calendar('Europe/Berlin', 'DE');
  const before = all(berlin, 0);
  expect(all(berlin, NaN)).toEqual([NaN, NaN, NaN, NaN, 0]);
  for (const ms of [Infinity, -Infinity, 1e300, -1e300, 9e15, -9e15]) all(berlin, ms);
  expect(all(berlin, 0)).toEqual(before);
});

// Seen to fail with an Intl.DateTimeFormat in localTime, and with Date.now() in isHoliday.
test("neither the host's Intl nor its clock nor its zone is looked at", () => {
  const touched = (what: string) => (): never => {
    throw new Error(`The calendar looked at ${what}`);
  };
  const intl = globalThis.Intl;
  const traps = [
    vi.spyOn(Date, 'now').mockImplementation(touched('Date.now')),
    vi.spyOn(Date.prototype, 'getTimezoneOffset').mockImplementation(touched('the zone')),
    vi.spyOn(Date.prototype, 'getHours').mockImplementation(touched('the zone')),
    vi.spyOn(Date.prototype, 'getDate').mockImplementation(touched('the zone')),
    vi.spyOn(Date.prototype, 'toLocaleString').mockImplementation(touched('the locale')),
    vi.spyOn(Date.prototype, 'toLocaleDateString').mockImplementation(touched('the locale')),
  ];
  globalThis.Intl = new Proxy(intl, { get: touched('Intl') });
  try {
    for (const [zone, holidays] of [
      ['Europe/Berlin', 'DE/BY'],
      ['Asia/Tokyo', 'JP'],
      ['UTC', 'US'],
    ] as const) {
      const one = calendar(zone, holidays);
      for (let ms = Date.UTC(2024, 0); ms < Date.UTC(2027, 0); ms += 7.3 * HOUR) all(one, ms);
    }
  } finally {
    globalThis.Intl = intl;
  }
  for (const trap of traps) expect(trap).not.toHaveBeenCalled();
});

test('the version names what results depend on', () => {
  expect(calendar('UTC').version).toBe('UTC');
  expect(calendar('Europe/Berlin').version).toMatch(/^moment-timezone@[\d.]+ tz 20\d\d[a-z]$/);
  expect(calendar('UTC', 'US').version).toMatch(/^date-holidays@[\d.]+ date-holidays-parser@[\d.]+$/);
  expect(calendar('Europe/Berlin', 'DE').version).toMatch(/^moment-timezone@.+; date-holidays@.+$/);
});

test('settings that were never parsed are refused as well', () => {
  expect(() => calendarOf({ zone: 'Europe/Berln' })).toThrow(
    new ForetideError('SETTINGS_INVALID', {
      what: 'No such calendar',
      expected: 'the IANA name of a time zone, such as Europe/Berlin',
      got: 'Europe/Berln',
      where: 'zone',
    }),
  );
  expect(() => calendarOf({ zone: 'UTC', holidays: 'XX' })).toThrow(ForetideError);
});
