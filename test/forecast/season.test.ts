import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PAST } from '../../src/forecast/past.ts';
import { DAY_PLACES, seasonsOf, stepsOfDay, WEEK_PLACES } from '../../src/forecast/season.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

/** Steps of which a day holds a whole number. */
const EVEN = [SECOND, 5 * SECOND, 30 * SECOND, MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 4 * HOUR];
/** Steps of which it does not. */
const ODD = [7 * MINUTE, 50 * MINUTE, 61_500, (11 * HOUR) / 2];
const anyTime = fc.integer({ min: -3e12, max: 3e12 });
const anyStep = fc.constantFrom(...EVEN, ...ODD);

test('a day in steps, where it has at least 4 and the past holds them', () => {
  expect([HOUR, 5 * MINUTE, 7 * MINUTE, 50 * MINUTE, 6 * HOUR].map(stepsOfDay)).toEqual([
    24, 288, 206, 29, 4,
  ]);
  expect([MINUTE, 299 * SECOND, 8 * HOUR, DAY, 0, -HOUR].map(stepsOfDay)).toEqual([0, 0, 0, 0, 0, 0]);
  expect(stepsOfDay(DAY / (PAST - 1))).toBe(PAST - 1);
});

test('the seasons of a step: what to compare with, the day or else the week; day and week in steps', () => {
  const of = (step: number): number[] => {
    const { lag, day, week } = seasonsOf(step);
    return [lag, day, week];
  };
  expect(of(SECOND)).toEqual([0, 86_400, 604_800]);
  expect(of(5 * MINUTE)).toEqual([288, 288, 2016]);
  expect(of(HOUR)).toEqual([24, 24, 168]);
  expect(of(50 * MINUTE)).toEqual([29, 29, 202]);
  expect(of(8 * HOUR)).toEqual([21, 0, 21]);
  expect(of(DAY)).toEqual([7, 0, 7]);
  expect(of(1.003 * DAY)).toEqual([7, 0, 7]);
  expect(of(2 * DAY)).toEqual([0, 0, 4]);
  expect(of(WEEK)).toEqual([0, 0, 0]);
  expect(of(0)).toEqual([0, 0, 0]);
});

test('a visit to a place of the profile is as many readings as share it, at least one', () => {
  const of = (step: number): number[] => [seasonsOf(step).dayVisit, seasonsOf(step).weekVisit];
  expect(of(MINUTE)).toEqual([10, 30]);
  expect(of(5 * MINUTE)).toEqual([2, 6]);
  expect(of(10 * MINUTE)).toEqual([1, 3]);
  for (const step of [HOUR, DAY, WEEK, 0]) expect(of(step)).toEqual([1, 1]);
});

test('the same step gives the same seasons, however many others there were', () => {
  const day = seasonsOf(HOUR).dayPlace(5 * HOUR);
  for (let step = 1; step <= 2500; step++)
    expect(seasonsOf(step * 977).day).toBe(stepsAtLeast4(DAY, step * 977));
  expect(seasonsOf(HOUR).dayPlace(5 * HOUR)).toBe(day);
});

function stepsAtLeast4(season: number, step: number): number {
  const steps = Math.round(season / step);
  return steps >= 4 ? steps : 0;
}

describe('places', () => {
  test('of an even step are the number of the step in its season, put together where there are too many', () => {
    for (const step of EVEN) {
      const seasons = seasonsOf(step);
      const perDayPlace = Math.max(1, DAY / step / DAY_PLACES);
      const perWeekPlace = Math.max(1, WEEK / step / WEEK_PLACES);
      for (const k of [0, 1, 2, 3, 5, 100, 287, 288, 2015, 2016, 12_345, 604_799, 604_800, 9_999_999]) {
        const inDay = k % (DAY / step);
        const inWeek = k % (WEEK / step);
        expect(seasons.dayPlace(k * step)).toBe(Math.floor(inDay / perDayPlace));
        expect(seasons.weekPlace(k * step)).toBe(Math.floor(inWeek / perWeekPlace));
      }
    }
  });

  test('are as many as the profile has, or as there are steps: all of them, and none besides', () => {
    for (const step of [MINUTE, 5 * MINUTE, 10 * MINUTE, HOUR, ...ODD]) {
      const seasons = seasonsOf(step);
      const days = new Set<number>();
      const weeks = new Set<number>();
      for (let time = 0; time < WEEK; time += MINUTE) {
        days.add(seasons.dayPlace(time));
        weeks.add(seasons.weekPlace(time));
      }
      const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);
      expect([...days].toSorted((a, b) => a - b)).toEqual(upTo(Math.min(seasons.day, DAY_PLACES)));
      expect([...weeks].toSorted((a, b) => a - b)).toEqual(upTo(Math.min(seasons.week, WEEK_PLACES)));
    }
  });

  // Seen to fail when the phase is cut off instead of rounded.
  test('do not change for a reading a second early or late, where a day is a whole number of steps', () => {
    const step = fc.constantFrom(...EVEN.filter((each) => each > 2 * SECOND));
    const early = fc.integer({ min: -SECOND, max: SECOND });
    fc.assert(
      fc.property(step, fc.integer({ min: -1e6, max: 1e6 }), early, (every, k, by) => {
        const seasons = seasonsOf(every);
        expect(seasons.dayPlace(k * every + by)).toBe(seasons.dayPlace(k * every));
        expect(seasons.weekPlace(k * every + by)).toBe(seasons.weekPlace(k * every));
      }),
    );
  });

  test('of an odd step are at most one beside, for a reading a second early or late', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ODD), anyTime, (step, time) => {
        const seasons = seasonsOf(step);
        const places = Math.min(seasons.day, DAY_PLACES);
        const beside = (seasons.dayPlace(time + SECOND) - seasons.dayPlace(time) + places) % places;
        expect([0, 1]).toContain(beside);
      }),
    );
  });

  test('come again every day and every week, before 1970 too', () => {
    fc.assert(
      fc.property(anyStep, anyTime, fc.integer({ min: -2000, max: 2000 }), (step, time, n) => {
        const seasons = seasonsOf(step);
        expect(seasons.dayPlace(time + n * DAY)).toBe(seasons.dayPlace(time));
        expect(seasons.weekPlace(time + n * WEEK)).toBe(seasons.weekPlace(time));
        expect(seasons.dayPlace(time)).toBeGreaterThanOrEqual(0);
        expect(seasons.dayPlace(time)).toBeLessThan(Math.min(seasons.day, DAY_PLACES));
        expect(seasons.weekPlace(time)).toBeGreaterThanOrEqual(0);
        expect(seasons.weekPlace(time)).toBeLessThan(Math.min(seasons.week, WEEK_PLACES));
      }),
    );
  });

  test('begin anew with the day and with the week, which begins on Thursdays (UTC)', () => {
    const seasons = seasonsOf(HOUR);
    const thursday = Date.UTC(2026, 0, 1);
    expect(new Date(thursday).getUTCDay()).toBe(4);
    expect([-HOUR, 0, HOUR].map((by) => seasons.weekPlace(thursday + by))).toEqual([167, 0, 1]);
    expect([-HOUR, 0, HOUR].map((by) => seasons.dayPlace(thursday + 3 * DAY + by))).toEqual([23, 0, 1]);
    // the end of a season, rounded, is its beginning
    expect([seasons.dayPlace(thursday - 1), seasons.weekPlace(thursday - 1)]).toEqual([0, 0]);
    expect([-1, -HOUR, -HOUR - 1, -DAY].map((time) => seasons.dayPlace(time))).toEqual([0, 23, 23, 0]);
  });

  test('of a week tell its days apart', () => {
    const seasons = seasonsOf(DAY);
    const days = Array.from({ length: 8 }, (_, day) => seasons.weekPlace(day * DAY));
    expect(days).toEqual([0, 1, 2, 3, 4, 5, 6, 0]);
  });
});
