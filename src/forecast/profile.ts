import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { cut } from './base.ts';
import { DAY_PLACES, type Seasons, WEEK_PLACES } from './season.ts';

/** Weight of a new day in the profile of the day, and of a new week in that of the week. */
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
 * What is usual at each time of the day and of the week: exponentially weighted means by place, in units, in Memory.
 */
export class Profile {
  readonly #memory: Memory;
  readonly #day: Slot;
  readonly #week: Slot;
  /** Mean distance of readings to the profile of the day. */
  readonly #spread: Slot;
  /** Where the series was lately: follows every reading, by at most `CUT`. */
  readonly #lately: Slot;

  constructor(memory: Memory, channels: number) {
    this.#memory = memory;
    this.#day = memory.series('profile.day', 'f32', DAY_PLACES * channels);
    this.#week = memory.series('profile.week', 'f32', WEEK_PLACES * channels);
    this.#spread = memory.series('profile.spread', 'f32', channels);
    this.#lately = memory.series('profile.lately', 'f32', channels);
  }

  /** Begins anew. */
  clear(row: number, channel: number): void {
    const { f32 } = this.#memory.view();
    const day = this.#day.at(row) + channel * DAY_PLACES;
    const week = this.#week.at(row) + channel * WEEK_PLACES;
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
      const at = this.#day.at(row) + channel * DAY_PLACES + seasons.dayPlace(time);
      if (f32[at] !== UNSEEN) {
        const spreadAt = this.#spread.at(row) + channel;
        const spread = f32[spreadAt]!;
        const distance = Math.abs(level - f32[at]!);
        f32[spreadAt] =
          spread === 0
            ? Math.min(distance, CUT)
            : spread + SPREAD_RATE * (Math.min(distance, SPREAD_CUT * spread) - spread);
      }
      move(f32, at, level, lately, Math.max(DAY_RATE, 1 / (1 + Math.floor(age / seasons.day))));
    }
    if (seasons.week > 0) {
      const at = this.#week.at(row) + channel * WEEK_PLACES + seasons.weekPlace(time);
      move(f32, at, level, lately, Math.max(WEEK_RATE, 1 / (1 + Math.floor(age / seasons.week))));
    }
  }

  /** The usual level at a time of the day; NaN where it is not known. */
  day(row: number, channel: number, seasons: Seasons, time: number): number {
    if (seasons.day === 0) return NaN;
    const { f32 } = this.#memory.view();
    return seen(f32[this.#day.at(row) + channel * DAY_PLACES + seasons.dayPlace(time)]!);
  }

  /** The usual level at a time of the week; NaN where it is not known. */
  week(row: number, channel: number, seasons: Seasons, time: number): number {
    if (seasons.week === 0) return NaN;
    const { f32 } = this.#memory.view();
    return seen(f32[this.#week.at(row) + channel * WEEK_PLACES + seasons.weekPlace(time)]!);
  }

  /** Mean distance of readings to the profile of the day. */
  spread(row: number, channel: number): number {
    return this.#memory.view().f32[this.#spread.at(row) + channel]!;
  }
}

function move(f32: Float32Array, at: number, level: number, first: number, rate: number): void {
  const usual = f32[at]!;
  f32[at] = usual === UNSEEN ? first : usual + rate * cut(level - usual, CUT);
}

function seen(level: number): number {
  return level === UNSEEN ? NaN : level;
}
