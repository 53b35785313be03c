import { PAST } from './past.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
/** A number of steps that is so near to a whole one is one. */
const WHOLE = 0.05;

/** Places in the profile of a day, and of a week. */
export const DAY_PLACES = 144;
export const WEEK_PLACES = 336;

/** Whole steps in a day that the past still holds, or 0. */
export function stepsOfDay(step: number): number {
  const steps = step > 0 ? Math.round(DAY / step) : 0;
  return steps >= 4 && steps < PAST ? steps : 0;
}

/** Steps of a week, where it has a whole number of them, nearly, that the past still holds, or 0: of few steps half a one is much. */
function stepsOfWeek(step: number): number {
  const steps = stepsOf(WEEK, step);
  return steps < PAST && Math.abs(WEEK / step - steps) < WHOLE ? steps : 0;
}

/** Steps of a season, 0 where they are fewer than 4. */
function stepsOf(season: number, step: number): number {
  const steps = step > 0 ? Math.round(season / step) : 0;
  return steps >= 4 ? steps : 0;
}

/** Place of a time in a profile of `count` places: by the nearest step of the season, so that readings a little early do not stray. */
function place(time: number, season: number, steps: number, count: number): number {
  const phase = Math.round(((time - Math.floor(time / season) * season) / season) * steps);
  if (phase === steps) return 0;
  return count === steps ? phase : Math.floor((phase * count) / steps);
}

/** The seasons of a sampling step, and where local times fall in their profiles. */
export class Seasons {
  /** Steps of a day, or where it has fewer than 4 of a week; 0 where neither has at least 4 and at most as many as the past holds. */
  readonly lag: number;
  /** Steps of a day and of a week; 0 where they have fewer than 4. */
  readonly day: number;
  readonly week: number;
  /** Readings of one visit to a place of the profile, 1 or more. */
  readonly dayVisit: number;
  readonly weekVisit: number;
  readonly #dayPlaces: number;
  readonly #weekPlaces: number;

  constructor(step: number) {
    this.lag = stepsOfDay(step) || stepsOfWeek(step);
    this.day = stepsOf(DAY, step);
    this.week = stepsOf(WEEK, step);
    this.#dayPlaces = Math.min(this.day, DAY_PLACES);
    this.#weekPlaces = Math.min(this.week, WEEK_PLACES);
    this.dayVisit = Math.max(1, this.day / DAY_PLACES);
    this.weekVisit = Math.max(1, this.week / WEEK_PLACES);
  }

  /** Place of a time in the profile of the day. */
  dayPlace(time: number): number {
    return place(time, DAY, this.day, this.#dayPlaces);
  }

  weekPlace(time: number): number {
    return place(time, WEEK, this.week, this.#weekPlaces);
  }
}

const known = new Map<number, Seasons>();

/** The seasons of a sampling step, ms. The few steps that occur are remembered. */
export function seasonsOf(step: number): Seasons {
  let seasons = known.get(step);
  if (seasons) return seasons;
  if (known.size >= 1000) known.clear();
  seasons = new Seasons(step);
  known.set(step, seasons);
  return seasons;
}
