import type { Calendar } from '../calendar/calendar.ts';
import type { Memory } from '../memory/memory.ts';
import type { Plan } from './plan.ts';
import type { Seasons } from './season.ts';
import type { Workspace } from './workspace.ts';

/**
 * Where the targets of a reading fall in the profiles of the day and of the week, and in the past. They follow from its time and the season alone:
 * what was found for one channel serves the others, and changes no result.
 */
export class Targets {
  readonly #memory: Memory;
  readonly #horizons: readonly number[];
  readonly #calendar: Calendar;
  readonly #workspace: Workspace;
  /** [3][Q] as `of` gives them, of the last time. */
  readonly #places: Int32Array;
  #time = NaN;
  #step = NaN;
  #lag = NaN;

  constructor(memory: Memory, { horizons }: Plan, calendar: Calendar, workspace: Workspace) {
    this.#memory = memory;
    this.#horizons = horizons;
    this.#calendar = calendar;
    this.#workspace = workspace;
    this.#places = new Int32Array(3 * horizons.length);
  }

  /**
   * The places of the targets time + h × step.
   *
   * @param lag steps of the season; 0: there is none
   * @returns byte offset in the workspace of [3][Q] i32: place in the profile of the day; in that of the week; steps until now from the same
   *   time of the latest season that has come
   */
  of(seasons: Seasons, time: number, step: number, lag: number): number {
    if (time !== this.#time || step !== this.#step) this.#find(seasons, time, step);
    if (lag !== this.#lag) this.#lookBack(lag);
    const { targets } = this.#workspace;
    this.#memory.view().i32.set(this.#places, targets / 4);
    return targets;
  }

  #find(seasons: Seasons, time: number, step: number): void {
    const Q = this.#horizons.length;
    for (let q = 0; q < Q; q++) {
      const h = this.#horizons[q]!;
      const target = time + h * step;
      this.#places[q] = seasons.dayPlace(this.#calendar.localTime(target));
      this.#places[Q + q] = seasons.weekPlace(this.#calendar.localTimeOfWeek(target));
    }
    this.#time = time;
    this.#step = step;
  }

  #lookBack(lag: number): void {
    const Q = this.#horizons.length;
    for (let q = 0; q < Q; q++) {
      const h = this.#horizons[q]!;
      this.#places[2 * Q + q] = lag > 0 ? Math.ceil(h / lag) * lag - h : 0;
    }
    this.#lag = lag;
  }
}
