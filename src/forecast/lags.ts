import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { PAST, type Past } from './past.ts';
import { periodOf } from './period.ts';
import { type GivenSeason, givenSeason, type SeasonSetting } from './season-setting.ts';
import { seasonsOf } from './season.ts';

/** Readings from one look at the past to the next; while the past still fills up they come closer. */
const EVERY = 64;
const EVERY_AT_FIRST = 32;
/** A period is forgotten that so many looks in a row have not found. */
const MISSES = 4;
/** How much more another one correlates that is to take its place, in two looks in a row. */
const CLEARLY = 0.1;

/**
 * Places of a channel's numbers: the period that was found, in steps (0: none); what speaks against it (0: nothing; 1 to 3: looks that have not
 * found it; from 4 on: another period, which has won once).
 */
const [PERIOD, DOUBT] = [0, 1];
const WIDTH = 2;

/** Workspace: the past in order. */
const values = new Float64Array(PAST);

/**
 * How many steps ago the season before began, of each series and channel: as the setting says; with `auto` as the clock says (see `Seasons`);
 * where it says nothing, a period found in the last 289 steps (`periodOf`), in Memory.
 *
 * The first that is found counts at once; another has to win clearly, twice in a row, before it takes its place.
 */
export class Lags {
  readonly #memory: Memory;
  readonly #past: Past;
  readonly #given: GivenSeason | undefined;
  readonly #slot: Slot | undefined;

  constructor(memory: Memory, past: Past, channels: number, setting: SeasonSetting) {
    this.#memory = memory;
    this.#past = past;
    this.#given = givenSeason(setting);
    this.#slot = this.#given ? undefined : memory.series('season', 'u16', WIDTH * channels);
  }

  /** Steps of the season; 0: none is known. */
  of(row: number, channel: number, step: number): number {
    if (this.#given) return this.#given(step);
    return seasonsOf(step).lag || this.#memory.view().u16[this.#at(row, channel) + PERIOD]!;
  }

  /** Looks for a period when it is time to: after step `index`, `gap` steps after the one before, has become part of the past. */
  look(row: number, channel: number, index: number, gap: number, step: number): void {
    if (!this.#slot || !(step > 0) || seasonsOf(step).lag > 0) return;
    const known = this.#past.known(row, channel, index);
    const pause = known < PAST ? EVERY_AT_FIRST : EVERY;
    if (Math.floor(index / pause) === Math.floor((index - gap) / pause)) return;
    for (let i = 0; i < known; i++) values[i] = this.#past.offset(row, channel, index - known + 1 + i);
    const { u16 } = this.#memory.view();
    const at = this.#at(row, channel);
    const [period, doubt] = [u16[at + PERIOD]!, u16[at + DOUBT]!];
    const found = periodOf(values, known, period);
    if (!found) {
      const misses = doubt < MISSES ? doubt + 1 : 1;
      u16[at + DOUBT] = misses % MISSES;
      if (misses === MISSES) u16[at + PERIOD] = 0;
    } else if (period === 0 || found.correlation < found.known + CLEARLY) {
      if (period === 0) u16[at + PERIOD] = found.steps;
      u16[at + DOUBT] = 0;
    } else {
      const hasWonTwice = Math.abs(found.steps - doubt) <= 1;
      if (hasWonTwice) u16[at + PERIOD] = found.steps;
      u16[at + DOUBT] = hasWonTwice ? 0 : found.steps;
    }
  }

  #at(row: number, channel: number): number {
    return this.#slot!.at(row) + channel * WIDTH;
  }
}
