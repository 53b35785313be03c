import { describe, expect, test } from 'vitest';
import liveForecast from '../../pipelines/live-forecast.ts';
import { calendarOf } from '../../src/calendar/calendar.ts';
import { CalendarSettings } from '../../src/calendar/settings.ts';
import { loadSettings } from '../../src/config/load.ts';
import { gaussian } from './gaussian.ts';
import { stagesOf } from './stages.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const HORIZONS = [1, 6, 12];

const germany = calendarOf(CalendarSettings.parse({ zone: 'Europe/Berlin', holidays: 'DE' }));

/** 10 where people are in by the clocks of Berlin, from 7 to 18; else 0. */
function office(ms: number): number {
  const local = germany.localTime(ms);
  const hour = (local - Math.floor(local / DAY) * DAY) / HOUR;
  return hour >= 7 && hour < 18 ? 10 : 0;
}

/** … and not on Saturdays, Sundays and public holidays. */
function workdays(ms: number): number {
  return germany.dayOfWeek(ms) < 5 && germany.isHoliday(ms) === 0 ? office(ms) : 0;
}

/** Mean absolute errors at `HORIZONS` of the targets in the week after `at`, of hourly readings that began ten weeks before it. */
function weekAfter(at: number, load: (ms: number) => number, forecast: object): number[] {
  const { memory, push } = stagesOf({ forecast: { horizons: HORIZONS, ...forecast } });
  const next = gaussian(7);
  const readings = Array.from({ length: (11 * WEEK) / HOUR }, (_, k) => {
    const time = at - 10 * WEEK + k * HOUR;
    return ['a', time, load(time) + 0.3 * next()] as const;
  });
  const rows = push(...readings);
  memory.release();
  const from = (10 * WEEK) / HOUR;
  return HORIZONS.map((h, q) => {
    const errors = readings.slice(from).map(([, , y], i) => Math.abs(y - rows[from + i - h]!.yhat[q]!));
    return errors.reduce((sum, error) => sum + error, 0) / errors.length;
  });
}

// Seen to fail with UTC in the profile of the day, and in that of the week.
test.each(['2026-03-29', '2025-10-26'])(
  'what follows the clocks of Berlin is forecast as well after the change of %s as before, and far better than by UTC',
  (change) => {
    const at = Date.parse(change);
    const [local, utc] = ['Europe/Berlin', 'UTC'].map((zone) =>
      weekAfter(at, office, { calendar: { zone } }),
    ) as [number[], number[]];
    const before = weekAfter(at - WEEK, office, { calendar: { zone: 'Europe/Berlin' } });
    // measured: 0.29, 0.32, 0.33 beside 0.97, 0.60, 0.66; noise alone makes 0.24
    HORIZONS.forEach((h, q) => {
      expect(local[q], `${h} steps`).toBeLessThan(0.6 * utc[q]!);
      expect(local[q], `${h} steps`).toBeLessThan(1.2 * before[q]!);
    });
  },
);

// Seen to fail with the place of the day that the holiday falls on.
test('a public holiday goes like a Sunday', () => {
  const at = Date.parse('2026-03-30'); // the week of Good Friday
  const [known, unknown] = ['DE', undefined].map((holidays) =>
    weekAfter(at, workdays, { calendar: { zone: 'Europe/Berlin', holidays } }),
  ) as [number[], number[]];
  // measured: 0.31, 0.33, 0.35 beside 0.46, 1.00, 1.53
  HORIZONS.forEach((h, q) => expect(known[q], `${h} steps`).toBeLessThan(0.75 * unknown[q]!));
});

test.each([
  [
    'zone=Europe/Berln',
    'forecast.calendar.zone: expected the IANA name of a time zone, such as Europe/Berlin',
  ],
  ['holidays=DE/XX', 'forecast.calendar.holidays: expected a state of DE'],
])('an unknown place is told when the settings are loaded: %s', (set, told) => {
  expect(() =>
    loadSettings(liveForecast.settings, {
      defaults: liveForecast.defaults,
      set: [`forecast.calendar.${set}`],
    }),
  ).toThrow(told);
});

describe('the time of the year', () => {
  const at = Date.parse('2026-06-01');

  test('changes what is forecast where it is asked for, and only there', () => {
    const plain = weekAfter(at, office, {});
    expect(weekAfter(at, office, { calendar: { zone: 'UTC' }, yearly: false })).toEqual(plain);
    expect(weekAfter(at, office, { yearly: true })).not.toEqual(plain);
  });
});
