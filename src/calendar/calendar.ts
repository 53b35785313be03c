import { ForetideError } from '../errors.ts';
import { DAY, firstDay, yearOf } from './civil.ts';
import { holidayRules, Holidays } from './holidays.ts';
import { type CalendarSettings, placeFault, zoneFault } from './settings.ts';
import { type Zone, ZONE_RULES, zoneNamed } from './zone.ts';

/** The last day of a week. */
const SUNDAY = 6;
/** Made once for all stages that share their settings: the rules of holidays are large. */
const made = new WeakMap<CalendarSettings, Calendar>();

/**
 * The calendar of some settings: its rules come from packages alone, never from the host. The same object gives the same calendar.
 *
 * @throws ForetideError SETTINGS_INVALID: an unknown zone or place, when the settings were not parsed
 * @example
 * const berlin = calendarOf(CalendarSettings.parse({ zone: 'Europe/Berlin', holidays: 'DE' }));
 * berlin.localTime(Date.UTC(2026, 6, 1, 22)) === Date.UTC(2026, 6, 2); // midnight of summer time
 * berlin.isHoliday(Date.UTC(2026, 11, 24, 23)); // 1: the 25th has begun
 */
export function calendarOf(settings: CalendarSettings): Calendar {
  let calendar = made.get(settings);
  if (calendar) return calendar;
  const { zone: name, holidays } = settings;
  const zone = zoneNamed(name);
  if (!zone) throw unknown('zone', name, zoneFault(name));
  const fault = holidays === undefined ? undefined : placeFault(holidays);
  if (fault !== undefined) throw unknown('holidays', holidays, fault);
  calendar = new Calendar(zone, holidays?.split('/'));
  made.set(settings, calendar);
  return calendar;
}

function unknown(where: string, got = '', fault = ''): ForetideError {
  const expected = fault.replace(/^expected /, '');
  return new ForetideError('SETTINGS_INVALID', { what: 'No such calendar', expected, got, where });
}

/**
 * Local time and days of one time zone. Instants are UTC ms since 1970; NaN in, NaN (or 0 of isHoliday) out. What is kept of earlier
 * calls (the stretch between two transitions, and the year, of the last instant) saves time and changes no result.
 */
export class Calendar {
  /**
   * The packages that results depend on, with their versions and the release of the IANA rules: belongs to the fingerprint of state
   * that follows the calendar. `UTC` when they depend on none.
   */
  readonly version: string;
  readonly #since: Float64Array;
  readonly #offsets: Float64Array;
  readonly #holidays: Holidays | undefined;
  // the offset holds from #from until just before #to, in UTC ms
  #from = Infinity;
  #to = -Infinity;
  #offset = 0;
  // the year that days #first to #last - 1 make, counted from 1970-01-01
  #first = Infinity;
  #last = -Infinity;

  constructor(zone: Zone, place?: readonly string[]) {
    this.#since = zone.since;
    this.#offsets = zone.offsets;
    this.#holidays = place && new Holidays(place);
    const rules = [...(zone.name === 'UTC' ? [] : [ZONE_RULES]), ...(place ? [holidayRules()] : [])];
    this.version = rules.join('; ') || 'UTC';
  }

  /** The reading of a clock on the wall, as the instant at which a clock in UTC reads the same: UTC ms plus the zone's offset. */
  localTime(ms: number): number {
    if (!(ms >= this.#from && ms < this.#to)) this.#findOffset(ms);
    return ms + this.#offset;
  }

  /** The local time, on a public holiday that of the Sunday after: what a series does by the day of the week follows it. */
  localTimeOfWeek(ms: number): number {
    const local = this.localTime(ms);
    return this.isHoliday(ms) === 1 ? local + (SUNDAY - this.dayOfWeek(ms)) * DAY : local;
  }

  /** The local day of the week: Monday 0 to Sunday 6. */
  dayOfWeek(ms: number): number {
    const day = this.#dayOf(ms) + 3; // 1970-01-01 was a Thursday
    return day - 7 * Math.floor(day / 7);
  }

  /** The share of the local year that has passed, in turns: 0 at its first midnight, below 1. */
  yearTurns(ms: number): number {
    this.#findYear(this.#dayOf(ms));
    return (this.localTime(ms) / DAY - this.#first) / (this.#last - this.#first);
  }

  /** 1 when the local day is a public holiday, else 0; 0 without a place in the settings, and outside the years 1900 to 2199. */
  isHoliday(ms: number): 0 | 1 {
    if (this.#holidays === undefined) return 0;
    const day = this.#dayOf(ms);
    this.#findYear(day);
    return this.#holidays.on(day);
  }

  #dayOf(ms: number): number {
    return Math.floor(this.localTime(ms) / DAY);
  }

  #findOffset(ms: number): void {
    const since = this.#since;
    let low = 0; // transitions that are not after ms
    let high = since.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (since[middle]! <= ms) low = middle + 1;
      else high = middle;
    }
    this.#from = low === 0 ? -Infinity : since[low - 1]!;
    this.#to = low === since.length ? Infinity : since[low]!;
    this.#offset = this.#offsets[low]!;
  }

  #findYear(day: number): void {
    if (day >= this.#first && day < this.#last) return;
    const year = yearOf(day);
    this.#first = firstDay(year);
    this.#last = firstDay(year + 1);
    this.#holidays?.prepare(year);
  }
}
