import { createRequire } from 'node:module';
import type HolidayRules from 'date-holidays';
import { DAY, firstDay } from './civil.ts';
import { inUtc } from './utc-date.ts';

const require = createRequire(import.meta.url);

/** Years that have holidays: what the tables of the Islamic and Chinese calendars reach, and some more. */
const FIRST_YEAR = 1900;
const LAST_YEAR = 2199;
const FIRST_DAY = firstDay(FIRST_YEAR);
const LENGTH = firstDay(LAST_YEAR + 1) - FIRST_DAY;

/** Where holidays are kept: country, state and region by the codes of date-holidays, e.g. `['DE', 'BY', 'A']`. */
export type Place = readonly string[];

function rulesOf(place: Place): HolidayRules {
  const [country = '', state = '', region = ''] = place;
  // it is large, so it is loaded when somebody asks for holidays
  const Rules = require('date-holidays') as typeof HolidayRules;
  const rules = inUtc(() => new Rules(country, state, region, { types: ['public'] }));
  rules.setTimezone(undefined as unknown as string); // days, not instants: the zone is the calendar's own
  return rules;
}

/** Codes and names of the countries, of the states of a country, or of the regions of a state; empty when there are none. */
export function placesIn(place: Place): Readonly<Record<string, string>> {
  const [country, state] = place;
  const rules = rulesOf([]);
  if (country === undefined) return rules.getCountries('en');
  if (state === undefined) return rules.getStates(country, 'en') ?? {};
  return rules.getRegions(country, state, 'en') ?? {};
}

/** Packages, with the versions found, that the dates of holidays come from. */
export function holidayRules(): string {
  const version = (from: NodeJS.Require, name: string): string =>
    `${name}@${(from(`${name}/package.json`) as { version: string }).version}`;
  const inside = createRequire(require.resolve('date-holidays'));
  return `${version(require, 'date-holidays')} ${version(inside, 'date-holidays-parser')}`;
}

/**
 * The public holidays of one place, by local days: the days whose noon lies inside one, so a holiday from noon on is none. Of old
 * years the package often says what today's rules would have made of them: it is reliable from about 2000. A year is
 * worked out when first asked for (in 0.3 ms, 30 ms where a lunar calendar is followed) and kept: 110 kB for all years. Equinoxes and
 * new moons are found with the host's Math.sin; its last bits do not move them from one day to another.
 */
export class Holidays {
  readonly #rules: HolidayRules;
  readonly #days = new Uint8Array(LENGTH);
  readonly #years = new Set<number>();

  constructor(place: Place) {
    this.#rules = rulesOf(place);
  }

  /** Works out a year, before `on` is asked about its days. */
  prepare(year: number): void {
    this.#workOut(year - 1); // a holiday of some days may reach into the next year
    this.#workOut(year);
  }

  /** Whether a day of a year that was prepared, counted from 1970-01-01, is a holiday: 1 or 0; 0 outside the years 1900 to 2199. */
  on(day: number): 0 | 1 {
    return this.#days[day - FIRST_DAY] === 1 ? 1 : 0;
  }

  #workOut(year: number): void {
    if (this.#years.has(year) || !(year >= FIRST_YEAR && year <= LAST_YEAR)) return;
    this.#years.add(year);
    for (const { start, end } of inUtc(() => this.#rules.getHolidays(year))) {
      // the noons strictly between start and end; beyond the last year nothing is kept
      const from = Math.floor(start.getTime() / DAY + 0.5);
      const to = Math.ceil(end.getTime() / DAY - 0.5);
      for (let day = from; day < to; day++) this.#days[day - FIRST_DAY] = 1;
    }
  }
}
