import type { Calendar } from '../calendar/calendar.ts';
import { cosTurns, sinTurns } from '../maths/turns.ts';
import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { cut } from './base.ts';
import { knownFeatures } from './known-features.ts';
import type { Lags } from './lags.ts';
import type { Past } from './past.ts';
import type { Plan } from './plan.ts';
import type { Profile } from './profile.ts';
import { seasonsOf } from './season.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
/** Differences of neighbouring readings. */
const DIFFERENCES = 13;
/** Parts of a season back that are looked at, beside the step after one season. */
const PARTS = [1, 0.75, 0.5, 0.25] as const;
/** The short features: so many of them, the level, 1. */
const SHORT = 4;
/** sin and cos of so many periods a day, and a week. */
const DAILY = 3;
const WEEKLY = 1;
/** The most horizons for which the profiles are features. */
const AHEAD = 4;
/** … and for which what is known ahead is. */
const KNOWN_AHEAD = 12;
/** A feature counts as at most so many times its mean size; the level may go farther. */
const CUT = 6;
/** … and in the loose features as so many times. */
const LOOSE = 5;
const LEVEL_CUT = 10;
/** Readings over which the mean size is taken; from the eleventh on features are cut by it, and differences until then by what is expected. */
const WINDOW = 2000;
const FIRST = 10;

/** What features there are beside those of the series itself. */
export interface FeatureOptions {
  /** Whose days and weeks they follow. */
  readonly calendar: Calendar;
  /** Whether the time of the year is a feature. */
  readonly yearly: boolean;
  /** Channels that are known ahead; default: 0. */
  readonly known?: number;
}

/** What a reading's features are made of. */
export interface FeatureInput {
  readonly row: number;
  readonly channel: number;
  readonly index: number;
  readonly time: number;
  /** Sampling step, ms. */
  readonly step: number;
  /** y_t less the anchor. */
  readonly offset: number;
  readonly unit: number;
  /** Readings since the beginning, this one included. */
  readonly age: number;
  /** Whether y_t was observed at this step; else it is the last value before, and nothing is learned of the size of features. */
  readonly isObserved: boolean;
  /** The largest change that the series is expected to make: see `Base.jolt`. */
  readonly jolt: number;
  /** What is known ahead, as `writeKnown` has it of the horizons of `knownAhead`. */
  readonly known?: Float64Array;
}

/**
 * φ_t of a series' readout, d <= 40 numbers: 13 first differences; the level; a season (see `Lags`), ¾, ½ and ¼ of one, and
 * one less a step ago, less now; what the profiles of the day and of the week say of up to four horizons, and how far now is from each; sin and cos of
 * the time of the day (3 periods), of the week and, where it is asked for, of the year, all by the calendar; 1. Differences are in units,
 * each cut at a multiple of its own mean size; what is not known is 0. Before the 1 come 2 to 13 numbers more for each channel that is known
 * ahead: see `writeKnown`.
 */
export class Features {
  /** d */
  readonly count: number;
  /** How many of them are of what is known ahead. */
  readonly knownCount: number;
  /** Horizons for which these are: all, or 12 of them. */
  readonly knownAhead: readonly number[];
  readonly #memory: Memory;
  readonly #past: Past;
  readonly #profile: Profile;
  readonly #lags: Lags;
  readonly #calendar: Calendar;
  readonly #yearly: boolean;
  /** Horizons for which the profiles are features. */
  readonly #ahead: readonly number[];
  /** Features that are cut. */
  readonly #sized: number;
  /** [channels][sized] */
  readonly #size: Slot;
  readonly #phi: Float64Array;
  readonly #loose: Float64Array;
  readonly #short = new Float64Array(SHORT + 2);

  constructor(
    memory: Memory,
    past: Past,
    profile: Profile,
    lags: Lags,
    { channels, horizons }: Plan,
    { calendar, yearly, known = 0 }: FeatureOptions,
  ) {
    this.#memory = memory;
    this.#past = past;
    this.#profile = profile;
    this.#lags = lags;
    this.#calendar = calendar;
    this.#yearly = yearly;
    const last = horizons.length - 1;
    const chosen = [0, 0.25, 0.5, 1].map((part) => horizons[Math.round(part * last)]!);
    this.#ahead = [...new Set(chosen)].slice(0, AHEAD);
    this.#sized = DIFFERENCES + 1 + PARTS.length + 1 + 2 * (this.#ahead.length + 1);
    const turns = 2 * (DAILY + WEEKLY + (yearly ? 1 : 0));
    const parts = Math.min(horizons.length, KNOWN_AHEAD) - 1;
    this.knownAhead = Array.from(
      { length: parts + 1 },
      (_, i) => horizons[Math.round((i / (parts || 1)) * last)]!,
    );
    this.knownCount = knownFeatures(known, this.knownAhead.length);
    this.count = this.#sized + turns + this.knownCount + 1;
    this.#size = memory.series('feature.size', 'f32', this.#sized * channels);
    this.#phi = new Float64Array(this.count);
    this.#loose = new Float64Array(this.count);
  }

  /** Begins anew. */
  clear(row: number, channel: number): void {
    const at = this.#size.at(row) + channel * this.#sized;
    this.#memory.view().f32.fill(0, at, at + this.#sized);
  }

  /** φ_t [d], valid until the next call. */
  of(input: FeatureInput): Float64Array {
    const phi = this.#phi;
    const k = this.#seasonal(input, this.#shape(input));
    this.#cut(input);
    const end = this.#turns(input, k);
    if (input.known) phi.set(input.known, end);
    phi[end + this.knownCount] = 1;
    return phi;
  }

  /** φ_t as of the last call of `of`, cut five times farther out: rare large moves are features too. */
  get loose(): Float64Array {
    this.#loose.set(this.#phi.subarray(this.#sized), this.#sized);
    return this.#loose;
  }

  /** Number of the short features. */
  get shortCount(): number {
    return this.#short.length;
  }

  /** Four differences, the level and 1, as of the last call of `of`. */
  get short(): Float64Array {
    this.#short.set(this.#phi.subarray(0, SHORT));
    this.#short[SHORT] = this.#phi[DIFFERENCES]!;
    this.#short[SHORT + 1] = 1;
    return this.#short;
  }

  /** Differences and the level. */
  #shape({ row, channel, index, offset, unit }: FeatureInput): number {
    const past = this.#past;
    const known = past.known(row, channel, index);
    let k = 0;
    let newer = offset;
    for (let lag = 1; lag <= DIFFERENCES; lag++) {
      const older = lag < known ? past.offset(row, channel, index - lag) : newer;
      this.#phi[k++] = (newer - older) / unit;
      newer = older;
    }
    this.#phi[k++] = offset / unit;
    return k;
  }

  /** A season ago, and what is usual. */
  #seasonal({ row, channel, index, time, step, offset, unit }: FeatureInput, from: number): number {
    const seasons = seasonsOf(step);
    const past = this.#past;
    const profile = this.#profile;
    const lag = this.#lags.of(row, channel, step);
    const known = past.known(row, channel, index);
    const ago = (steps: number): number =>
      steps > 0 && steps < known ? (past.offset(row, channel, index - steps) - offset) / unit : 0;
    let k = from;
    for (const part of PARTS) this.#phi[k++] = ago(Math.round(part * lag));
    this.#phi[k++] = ago(lag - 1);
    const level = offset / unit;
    const dayNow = profile.day(row, channel, seasons, time);
    for (const h of this.#ahead)
      this.#phi[k++] = known0(profile.day(row, channel, seasons, time + h * step) - dayNow);
    this.#phi[k++] = known0(level - dayNow);
    const weekNow = profile.week(row, channel, seasons, time);
    for (const h of this.#ahead)
      this.#phi[k++] = known0(profile.week(row, channel, seasons, time + h * step) - weekNow);
    this.#phi[k++] = known0(level - weekNow);
    return k;
  }

  /** Cuts each feature at a multiple of its mean size. */
  #cut({ row, channel, unit, age, jolt, isObserved }: FeatureInput): void {
    const { f32 } = this.#memory.view();
    const at = this.#size.at(row) + channel * this.#sized;
    const weight = 1 / Math.min(age, WINDOW);
    for (let j = 0; j < this.#sized; j++) {
      const size = f32[at + j]!;
      const most = j === DIFFERENCES ? LEVEL_CUT : CUT;
      const expected = j < DIFFERENCES ? Math.min(most, jolt / unit) : most;
      const limit = age > FIRST && size > 0 ? most * size : expected;
      const feature = cut(this.#phi[j]!, limit);
      this.#loose[j] = cut(this.#phi[j]!, LOOSE * limit);
      if (isObserved) f32[at + j] = size + (Math.abs(feature) - size) * weight;
      this.#phi[j] = feature;
    }
  }

  /** The calendar. */
  #turns({ time, step }: FeatureInput, from: number): number {
    const seasons = seasonsOf(step);
    const local = this.#calendar.localTime(time);
    let k = from;
    for (let periods = 1; periods <= DAILY; periods++) {
      this.#phi[k++] = seasons.day > 0 ? sinTurns((periods * local) / DAY) : 0;
      this.#phi[k++] = seasons.day > 0 ? cosTurns((periods * local) / DAY) : 0;
    }
    for (let periods = 1; periods <= WEEKLY; periods++) {
      this.#phi[k++] = seasons.week > 0 ? sinTurns((periods * local) / WEEK) : 0;
      this.#phi[k++] = seasons.week > 0 ? cosTurns((periods * local) / WEEK) : 0;
    }
    if (this.#yearly) {
      const year = this.#calendar.yearTurns(time);
      this.#phi[k++] = step > 0 ? sinTurns(year) : 0;
      this.#phi[k++] = step > 0 ? cosTurns(year) : 0;
    }
    return k;
  }
}

/** What is not known is 0. */
function known0(feature: number): number {
  return Number.isNaN(feature) ? 0 : feature;
}
