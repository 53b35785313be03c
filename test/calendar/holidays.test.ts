import { afterEach, expect, test, vi } from 'vitest';
import { DAY, firstDay } from '../../src/calendar/civil.ts';
import { holidayRules, Holidays, placesIn } from '../../src/calendar/holidays.ts';

const zone = process.env['TZ'];
afterEach(() => {
  vi.restoreAllMocks();
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

/** Days of a year that are holidays, as MM-DD. */
function holidaysOf(place: string, year: number, holidays = new Holidays(place.split('/'))): string[] {
  holidays.prepare(year);
  const days = Array.from({ length: firstDay(year + 1) - firstDay(year) }, (_, i) => firstDay(year) + i);
  return days.filter((day) => holidays.on(day)).map((day) => new Date(day * DAY).toISOString().slice(5, 10));
}

test('the holidays of the United States', () => {
  expect(holidaysOf('US', 2026).join(' ')).toBe(
    // New Year, King, Washington, Memorial, Juneteenth, Independence (observed on Friday), Labor, Columbus, Veterans, Thanksgiving, Christmas
    '01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25',
  );
  expect(holidaysOf('US', 2021)).toContain('12-31'); // New Year 2022, a Saturday, was observed in the old year
  expect(holidaysOf('US', 2020)).not.toContain('06-19'); // Juneteenth is a holiday since 2021
});

test('the holidays of Germany and Bavaria', () => {
  const all = '01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26';
  expect(holidaysOf('DE', 2026).join(' ')).toBe(all); // Christmas Eve, a holiday from 14:00 on, is none
  expect(holidaysOf('DE/BY', 2026).filter((day) => !all.includes(day))).toEqual(['01-06', '06-04', '11-01']);
  expect(holidaysOf('DE/BY/A', 2026)).toContain('08-08'); // Augsburg's peace festival
  expect(holidaysOf('DE', 2017)).toContain('10-31'); // 500 years of Reformation
});

test('a holiday that begins at noon or later makes no holiday of the day', () => {
  const [iceland, faroes] = [holidaysOf('IS', 2026), holidaysOf('FO', 2026)];
  expect([iceland, faroes].map((days) => days.includes('12-25'))).toEqual([true, true]);
  expect(iceland).not.toContain('12-24'); // from 13:00
  expect(faroes).not.toContain('06-05'); // from 12:00
});

test('a holiday of several days counts on each of them', () => {
  expect(holidaysOf('SA', 2026)).toEqual(expect.arrayContaining(['03-19', '03-20', '03-21', '03-22']));
  expect(holidaysOf('SA', 2007)).toContain('01-01'); // Eid al-Adha, begun in the old year
});

test('the order in which years are asked for changes nothing', () => {
  const years = [2024, 2025, 2026, 2027, 2028];
  const one = new Holidays(['JP']);
  const other = new Holidays(['JP']);
  const forth = years.map((year) => holidaysOf('JP', year, one));
  const back = years.toReversed().map((year) => holidaysOf('JP', year, other));
  expect(forth).toEqual(back.toReversed());
});

// Seen to fail without inUtc: the host's local time has no 30 December 2011, Rizal Day.
test("the host's zone changes nothing, not even one that left out a day", () => {
  process.env['TZ'] = 'Pacific/Apia';
  expect(holidaysOf('PH', 2011)).toEqual(expect.arrayContaining(['12-25', '12-30']));
  expect(holidaysOf('PH', 2011)).not.toContain('12-31');
  const [apia, utc] = ['Pacific/Apia', 'UTC'].map((name) => {
    process.env['TZ'] = name;
    return ['PH', 'US', 'JP', 'IL', 'TR', 'BR'].map((place) => holidaysOf(place, 2011));
  });
  expect(apia).toEqual(utc);
});

test("the last bits of the host's transcendental functions change nothing", () => {
  const years = [2020, 2023, 2026, 2029];
  const table = (): string[][] =>
    ['JP', 'KR', 'VN'].flatMap((place) => years.map((year) => holidaysOf(place, year)));
  const exact = table();
  let calls = 0;
  for (const name of ['sin', 'cos', 'tan', 'asin', 'atan2', 'sqrt', 'pow'] as const) {
    const host = Math[name];
    vi.spyOn(Math, name).mockImplementation(
      (...given: number[]) => Reflect.apply(host, Math, given) * (1 + (calls++ % 2 ? 1e-12 : -1e-12)),
    );
  }
  expect(table()).toEqual(exact);
  expect(calls).toBeGreaterThan(1000);
});

test('knows no holiday outside its years, and bears any', () => {
  const holidays = new Holidays(['US']);
  for (const year of [1899, 1900, 2199, 2200, -5000, 300_000]) holidays.prepare(year);
  expect([holidays.on(firstDay(1900)), holidays.on(firstDay(2199))]).toEqual([1, 1]);
  expect([1899, 2200, 300_000].map((year) => holidays.on(firstDay(year)))).toEqual([0, 0, 0]);
  expect([holidays.on(NaN), holidays.on(Infinity)]).toEqual([0, 0]);
});

test('tells the places there are, and the versions of its rules', () => {
  expect(placesIn([])).toMatchObject({ DE: 'Germany', US: 'United States of America' });
  expect(placesIn(['DE'])).toHaveProperty('BY', 'Bayern');
  expect(placesIn(['US', 'LA'])).toEqual({ NO: 'New Orleans' });
  expect(placesIn(['DE', 'BE'])).toEqual({});
  expect(holidayRules()).toMatch(/^date-holidays@\d+\.\d+\.\d+ date-holidays-parser@\d+\.\d+\.\d+$/);
});
