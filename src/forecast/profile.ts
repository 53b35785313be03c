import type { Calendar } from '../calendar/calendar.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { cut } from './base.ts';
import { DAY_PLACES, type Seasons, WEEK_PLACES } from './season.ts';

/**
 * Weight of a new day in the profile of the day, and of a new week in that of the week: what all readings of one visit to a place weigh
 * together. On 27 series of steps of about 5 minutes a reading that weighs as much by itself did better by 0.2 % at 12 steps, and worse
 * by 0.4 and 0.1 % at 1 and 6; at steps of a minute it leaves 4 % of all earlier weeks.
 */
const DAY_RATE = 0.05;
const WEEK_RATE = 0.1;
/** A reading counts as at most this many units from its profile, and at a place that none has come to from where the series was lately. */
const CUT = 5;
/** Mean distance to the profile: its rate, and how many times itself a reading counts as at most. */
const SPREAD_RATE = 0.005;
const SPREAD_CUT = 10;
/** A place that no reading has come to. */
const UNSEEN = Infinity;

/**
 * What is usual at each time of the day and of the week: exponentially weighted means by place, in units, in Memory. Times are given
 * in UTC; days and weeks are those of the calendar, and a public holiday is a Sunday of the week.
 */
export class Profile {
  readonly #memory: Memory;
  /** Whose days and weeks these are. */
  readonly calendar: Calendar;
  readonly #day: Slot;
  readonly #week: Slot;
  /** Mean distance of readings to the profile of the day. */
  readonly #spread: Slot;
  /** Where the series was lately: follows every reading, by at most `CUT`. */
  readonly #lately: Slot;

  constructor(memory: Memory, channels: number, calendar: Calendar) {
    this.#memory = memory;
    this.calendar = calendar;
    this.#day = memory.series('profile.day', 'f32', DAY_PLACES * channels);
    this.#week = memory.series('profile.week', 'f32', WEEK_PLACES * channels);
    this.#spread = memory.series('profile.spread', 'f32', channels);
    this.#lately = memory.series('profile.lately', 'f32', channels);
  }

  /** Begins anew. */
  clear(row: number, channel: number): void {
    const { f32 } = this.#memory.view();
    const [day, week] = [this.days(row, channel), this.weeks(row, channel)];
    f32.fill(UNSEEN, day, day + DAY_PLACES);
    f32.fill(UNSEEN, week, week + WEEK_PLACES);
    f32[this.#spread.at(row) + channel] = 0;
    f32[this.#lately.at(row) + channel] = 0;
  }

  /** Takes in a level; `age` readings since the beginning. */
  take(row: number, channel: number, seasons: Seasons, time: number, level: number, age: number): void {
    const { f32 } = this.#memory.view();
    const latelyAt = this.#lately.at(row) + channel;
    const lately = f32[latelyAt]! + cut(level - f32[latelyAt]!, CUT);
    f32[latelyAt] = lately;
    if (seasons.day > 0) {
      const at = this.#dayAt(row, channel, seasons, time);
      if (f32[at] !== UNSEEN) {
        const spreadAt = this.#spread.at(row) + channel;
        const spread = f32[spreadAt]!;
        const distance = Math.abs(level - f32[at]!);
        f32[spreadAt] =
          spread === 0
            ? Math.min(distance, CUT)
            : spread + SPREAD_RATE * (Math.min(distance, SPREAD_CUT * spread) - spread);
      }
      move(f32, at, level, lately, rateOf(DAY_RATE, age / seasons.day, seasons.dayVisit));
    }
    if (seasons.week > 0) {
      const at = this.#weekAt(row, channel, seasons, time);
      move(f32, at, level, lately, rateOf(WEEK_RATE, age / seasons.week, seasons.weekVisit));
    }
  }

  /** The usual level at a time of the day; NaN where it is not known. */
  day(row: number, channel: number, seasons: Seasons, time: number): number {
    if (seasons.day === 0) return NaN;
    const { f32 } = this.#memory.view();
    return seen(f32[this.#dayAt(row, channel, seasons, time)]!);
  }

  /** The usual level at a time of the week; NaN where it is not known. */
  week(row: number, channel: number, seasons: Seasons, time: number): number {
    if (seasons.week === 0) return NaN;
    const { f32 } = this.#memory.view();
    return seen(f32[this.#weekAt(row, channel, seasons, time)]!);
  }

  /** Index in `view().f32` of the usual levels by place of the day; Infinity where no reading has come. */
  days(row: number, channel: number): number {
    return this.#day.at(row) + channel * DAY_PLACES;
  }

  /** Index in `view().f32` of the usual levels by place of the week. */
  weeks(row: number, channel: number): number {
    return this.#week.at(row) + channel * WEEK_PLACES;
  }

  /** Mean distance of readings to the profile of the day. */
  spread(row: number, channel: number): number {
    return this.#memory.view().f32[this.#spread.at(row) + channel]!;
  }

  #dayAt(row: number, channel: number, seasons: Seasons, time: number): number {
    return this.days(row, channel) + seasons.dayPlace(this.calendar.localTime(time));
  }

  #weekAt(row: number, channel: number, seasons: Seasons, time: number): number {
    const place = seasons.weekPlace(this.calendar.localTimeOfWeek(time));
    return this.weeks(row, channel) + place;
  }
}

function move(f32: Float32Array, at: number, level: number, first: number, rate: number): void {
  const usual = f32[at]!;
  f32[at] = usual === UNSEEN ? first : usual + rate * cut(level - usual, CUT);
}

/** Weight of one of the `visit` readings of a visit, which together weigh `least`, or as much as each of the seasons so far. */
function rateOf(least: number, seasons: number, visit: number): number {
  return Math.max(least, 1 / (1 + Math.floor(seasons))) / visit;
}

function seen(level: number): number {
  return level === UNSEEN ? NaN : level;
}
