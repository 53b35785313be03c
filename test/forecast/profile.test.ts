import { describe, expect, test } from 'vitest';
import { calendarOf } from '../../src/calendar/calendar.ts';
import { CalendarSettings } from '../../src/calendar/settings.ts';
import { Profile } from '../../src/forecast/profile.ts';
import { DAY_PLACES, seasonsOf } from '../../src/forecast/season.ts';
import { Memory } from '../../src/memory/memory.ts';
import { gaussian } from './gaussian.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
const hourly = seasonsOf(HOUR);

function makeProfile(calendar: object = {}) {
  const memory = new Memory();
  const profile = new Profile(memory, 2, calendarOf(CalendarSettings.parse(calendar)));
  const row = memory.row('a');
  for (const c of [0, 1]) profile.clear(row, c);
  return { memory, profile, row };
}

/** A profile that hours 0, 1, … have been given to. */
function hours(levels: readonly number[]) {
  const made = makeProfile();
  levels.forEach((level, k) => made.profile.take(made.row, 0, hourly, k * HOUR, level, k + 1));
  return made;
}

describe('where nothing has been seen', () => {
  test('nothing is usual', () => {
    const { profile, row } = makeProfile();
    profile.take(row, 0, hourly, 5 * HOUR, 3, 1);
    expect(profile.day(row, 0, hourly, 5 * HOUR)).toBe(3);
    expect(profile.day(row, 0, hourly, 29 * HOUR)).toBe(3);
    expect(profile.day(row, 0, hourly, 6 * HOUR)).toBe(NaN);
    expect(profile.week(row, 0, hourly, 5 * HOUR)).toBe(3);
    expect(profile.week(row, 0, hourly, 29 * HOUR)).toBe(NaN);
    expect(profile.week(row, 0, hourly, 5 * HOUR - WEEK)).toBe(3);
    expect(profile.day(row, 1, hourly, 5 * HOUR)).toBe(NaN);
    expect(profile.spread(row, 0)).toBe(0);
  });

  test('nor where a step leaves a day or a week no places', () => {
    const { profile, row } = makeProfile();
    const daily = seasonsOf(DAY);
    profile.take(row, 0, daily, 3 * DAY, 2, 1);
    profile.take(row, 0, seasonsOf(WEEK), 3 * DAY, 9, 1);
    profile.take(row, 0, seasonsOf(0), 3 * DAY, 9, 1);
    expect(profile.day(row, 0, daily, 3 * DAY)).toBe(NaN);
    expect(profile.week(row, 0, daily, 3 * DAY)).toBe(2);
    expect(profile.week(row, 0, seasonsOf(0), 3 * DAY)).toBe(NaN);
  });
});

describe('what is usual', () => {
  // levels stay within the cut. Seen to fail when the rate does not follow the age, and when day and week share a rate.
  test('is at first the mean of the days, then one with a weight of 0.05 for a new day', () => {
    const next = gaussian(1);
    const levels = Array.from({ length: 24 * 60 }, () => 0.3 * next());
    const { memory, profile, row } = makeProfile();
    const seen: number[][] = Array.from({ length: 23 }, () => []);
    levels.forEach((level, k) => {
      profile.take(row, 0, hourly, k * HOUR, level, k + 1);
      const hour = k % 24;
      if (hour === 23) return; // the day's last reading counts to the next day
      seen[hour]!.push(level);
      expect(profile.day(row, 0, hourly, k * HOUR)).toBeCloseTo(usual(seen[hour]!, 20), 5);
    });
    memory.release();
  });

  test('is at first the mean of the weeks, then one with a weight of 0.1 for a new week', () => {
    const next = gaussian(2);
    const levels = Array.from({ length: 168 * 15 }, () => 0.3 * next());
    const { profile, row } = hours(levels);
    for (const hour of [0, 1, 50, 100, 166]) {
      const seen = levels.filter((_, k) => k % 168 === hour);
      expect(profile.week(row, 0, hourly, hour * HOUR)).toBeCloseTo(usual(seen, 10), 5);
    }
  });

  /** The mean of the first `plain`, and every later one with a weight of 1/`plain`. */
  function usual(levels: readonly number[], plain: number): number {
    return levels.reduce((mean, level, i) => mean + (level - mean) / Math.min(i + 1, plain), 0);
  }

  test('moves as if a reading were at most five units away', () => {
    const { profile, row } = hours(Array.from({ length: 24 * 40 }, () => 1));
    const at = 40 * DAY;
    profile.take(row, 0, hourly, at, 1e6, 24 * 40 + 1);
    expect(profile.day(row, 0, hourly, at)).toBeCloseTo(1 + 0.05 * 5, 6);
    expect(profile.week(row, 0, hourly, at)).toBeCloseTo(1 + (1 / 6) * 5, 6); // five weeks old: a sixth
    profile.take(row, 0, hourly, at + HOUR, -1e6, 24 * 40 + 2);
    expect(profile.day(row, 0, hourly, at + HOUR)).toBeCloseTo(1 - 0.05 * 5, 6);
  });

  test('at a place that none has come to, a reading is at most five units from where the series was lately', () => {
    const { profile, row } = hours([4, 8, 1e6, -1e6, 12]);
    expect([0, 1, 2, 3, 4].map((k) => profile.day(row, 0, hourly, k * HOUR))).toEqual([4, 8, 13, 8, 12]);
    expect([0, 1, 2, 3, 4].map((k) => profile.week(row, 0, hourly, k * HOUR))).toEqual([4, 8, 13, 8, 12]);
  });

  // Seen to fail with a rate that does not know how many readings a visit has.
  test.each([
    ['5 minutes', 5 * 60_000, 2, 6],
    ['1 minute', 60_000, 10, 30],
    ['1 hour', HOUR, 1, 1],
  ])(
    'at steps of %s all readings of a new visit weigh together what one day or week weighs',
    (_, step, day, week) => {
      const seasons = seasonsOf(step);
      const { profile, row } = makeProfile();
      const old = (WEEK / step) * 20; // as if it had gone on for twenty weeks
      for (let k = 0; k < 2 * week; k++) profile.take(row, 0, seasons, k * step, 0, old);
      for (let k = 0; k < week; k++) profile.take(row, 0, seasons, WEEK + k * step, 1, old);
      expect(profile.day(row, 0, seasons, 0)).toBeCloseTo(1 - (1 - 0.05 / day) ** day, 6);
      expect(profile.week(row, 0, seasons, 0)).toBeCloseTo(1 - (1 - 0.1 / week) ** week, 6);
    },
  );

  test('of short steps is put together by places', () => {
    const { profile, row } = makeProfile();
    const minutely = seasonsOf(60_000);
    for (let k = 0; k < 1440; k++) profile.take(row, 0, minutely, k * 60_000, Math.floor(k / 10), k + 1);
    for (let k = 0; k < 1440; k++) {
      expect(profile.day(row, 0, minutely, k * 60_000)).toBe(Math.floor(k / (1440 / DAY_PLACES)));
    }
  });
});

describe('days and weeks are those of the calendar', () => {
  /** The usual levels, after each hour from `from` to `to` was given the number of its hour in the local week, from Monday on. */
  function learned(calendar: { zone: string; holidays?: string }, from: string, to: string) {
    const made = makeProfile(calendar);
    const clock = calendarOf(CalendarSettings.parse({ zone: calendar.zone }));
    const hourOf = (time: number): number => {
      const local = clock.localTime(time);
      return (local - Math.floor(local / DAY) * DAY) / HOUR;
    };
    let age = 0;
    for (let time = Date.parse(from); time < Date.parse(to); time += HOUR)
      made.profile.take(made.row, 0, hourly, time, clock.dayOfWeek(time) + hourOf(time) / 100, ++age);
    return {
      day: (time: string) => made.profile.day(made.row, 0, hourly, Date.parse(time)),
      week: (time: string) => made.profile.week(made.row, 0, hourly, Date.parse(time)),
    };
  }

  // Seen to fail with UTC in each of the two profiles.
  test('a time after the clocks have changed has the place of its own local time', () => {
    // three weeks of winter time, from a Monday on
    const { week, day } = learned({ zone: 'Europe/Berlin' }, '2026-03-01T23:00Z', '2026-03-22T23:00Z');
    // Wednesday 08:00, before the change and after it
    expect(week('2026-03-25T07:00Z')).toBeCloseTo(2.08, 5);
    expect(week('2026-04-01T06:00Z')).toBeCloseTo(2.08, 5);
    expect(week('2026-04-01T07:00Z')).toBeCloseTo(2.09, 5);
    expect(day('2026-04-01T06:00Z') - day('2026-04-01T05:00Z')).toBeCloseTo(0.01, 5);
    expect(day('2026-03-31T21:00Z')).toBe(day('2026-03-29T21:00Z')); // 23:00 in summer
    expect(day('2026-03-31T21:00Z')).toBe(day('2026-03-28T22:00Z')); // 23:00 in winter
  });

  test('a public holiday is a Sunday of the week, and a day as any other', () => {
    const of = { zone: 'Europe/Berlin', holidays: 'DE' };
    const { week, day } = learned(of, '2026-03-01T23:00Z', '2026-03-22T23:00Z');
    const friday = learned({ zone: 'Europe/Berlin' }, '2026-03-01T23:00Z', '2026-03-22T23:00Z');
    expect(week('2026-04-03T06:00Z')).toBeCloseTo(6.08, 5); // Good Friday, 08:00
    expect(friday.week('2026-04-03T06:00Z')).toBeCloseTo(4.08, 5);
    expect(week('2026-04-02T21:00Z')).toBeCloseTo(3.23, 5); // the Thursday before, 23:00
    expect(week('2026-04-02T22:00Z')).toBeCloseTo(6, 5); // midnight
    expect(week('2026-04-05T06:00Z')).toBeCloseTo(6.08, 5); // Easter Sunday
    expect(day('2026-04-03T06:00Z')).toBe(friday.day('2026-04-03T06:00Z'));
  });

  test('what is taken in on a public holiday is learned of Sundays', () => {
    const { profile, row } = makeProfile({ zone: 'Europe/Berlin', holidays: 'DE' });
    profile.take(row, 0, hourly, Date.parse('2026-04-03T06:00Z'), 3, 1);
    expect(profile.week(row, 0, hourly, Date.parse('2026-04-12T06:00Z'))).toBe(3);
    expect(profile.week(row, 0, hourly, Date.parse('2026-04-10T06:00Z'))).toBe(NaN);
    expect(profile.day(row, 0, hourly, Date.parse('2026-04-10T06:00Z'))).toBe(3);
  });

  test('what is asked between does not matter', () => {
    const of = { zone: 'Europe/Berlin', holidays: 'DE' };
    const { week, day } = learned(of, '2026-03-01T23:00Z', '2026-03-22T23:00Z');
    const times = ['2026-04-03T06:00Z', '2026-03-29T00:59Z', '2026-03-29T01:00Z', '2026-12-31T23:00Z'];
    const forward = times.map((time) => [week(time), day(time)]);
    const backward = times.toReversed().map((time) => [week(time), day(time)]);
    expect(backward.toReversed()).toEqual(forward);
  });
});

describe('the mean distance to the profile of the day', () => {
  test('begins with the first distance, at most five units, and follows slowly', () => {
    const spiked = hours(Array.from({ length: 24 }, () => 0));
    spiked.profile.take(spiked.row, 0, hourly, DAY, 1e6, 25);
    expect(spiked.profile.spread(spiked.row, 0)).toBe(5);

    const { profile, row } = hours(Array.from({ length: 24 }, () => 0));
    expect(profile.spread(row, 0)).toBe(0);
    profile.take(row, 0, hourly, DAY, 2, 25);
    expect(profile.spread(row, 0)).toBe(2);
    profile.take(row, 0, hourly, DAY + HOUR, -4, 26);
    expect(profile.spread(row, 0)).toBeCloseTo(2 + 0.005 * (4 - 2), 6);
  });

  test('comes near that of the readings, and no reading counts more than ten times itself', () => {
    const next = gaussian(3);
    const { profile, row } = hours(Array.from({ length: 24 * 100 }, () => next()));
    const spread = profile.spread(row, 0);
    // E|x| of a normal x is 0.8; the profile itself strays a little
    expect(spread).toBeGreaterThan(0.7);
    expect(spread).toBeLessThan(0.95);
    profile.take(row, 0, hourly, 100 * DAY, 1e6, 24 * 100 + 1);
    expect(profile.spread(row, 0)).toBeCloseTo(spread + 0.005 * 9 * spread, 6);
  });
});

test('begins anew by channel', () => {
  const { profile, row } = makeProfile();
  for (const c of [0, 1]) {
    for (let k = 0; k < 200; k++) profile.take(row, c, hourly, k * HOUR, k, k + 1);
  }
  const [day, week, spread] = [
    profile.day(row, 0, hourly, 0),
    profile.week(row, 0, hourly, 0),
    profile.spread(row, 0),
  ];
  profile.take(row, 1, hourly, 200 * HOUR, 1e6, 201);
  profile.clear(row, 1);
  for (let k = 0; k < 168; k++) {
    expect(profile.day(row, 1, hourly, k * HOUR)).toBe(NaN);
    expect(profile.week(row, 1, hourly, k * HOUR)).toBe(NaN);
  }
  expect(profile.spread(row, 1)).toBe(0);
  profile.take(row, 1, hourly, 0, 4, 1);
  expect(profile.day(row, 1, hourly, 0)).toBe(4);
  expect([profile.day(row, 0, hourly, 0), profile.week(row, 0, hourly, 0), profile.spread(row, 0)]).toEqual([
    day,
    week,
    spread,
  ]);
});

test('all of it lies in Memory', () => {
  const { memory, profile, row } = makeProfile();
  const all = () => [profile.day(row, 0, hourly, 0), profile.week(row, 0, hourly, 0), profile.spread(row, 0)];
  for (let k = 0; k < 200; k++) profile.take(row, 0, hourly, k * HOUR, k % 7, k + 1);
  const before = all();
  memory.committed();
  memory.touch(row);
  for (let k = 200; k < 400; k++) profile.take(row, 0, hourly, k * HOUR, k, k + 1);
  expect(all()).not.toEqual(before);
  memory.rollback();
  expect(all()).toEqual(before);
});
