import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { type Base, cut, FAR } from './base.ts';
import type { Issued } from './issued.ts';
import { MIXTURE } from './mixture.ts';
import type { Past } from './past.ts';
import type { Plan } from './plan.ts';
import type { Profile } from './profile.ts';
import type { Readout } from './readout.ts';
import { seasonsOf } from './season.ts';
import type { Workspace } from './workspace.ts';

const LIGHT = ['last', 'season', 'profile', 'level', 'features', 'cell'] as const;

/**
 * Who says how far a series will move, in order: nobody (the last value); the same time a day ago; the profile of the week or the day; the
 * smoothed level; then the readouts: of the features, of the cell, and in `full` of a few features, of features that are hardly cut, of cell
 * and features.
 */
export const EXPERTS = { light: LIGHT, full: [...LIGHT, 'short', 'loose', 'both'] } as const;

/** Place of the first readout among those that say a movement; the cell's is the next. */
const READOUTS = 3;
const CELL = 4;

/** The value of a day ago counts as at most this many mean distances from the profile of its time. */
const SEASON_CUT = 3;
/** … and where nothing is known of its time, as at most this many units from now. */
const UNKNOWN_CUT = 10;
/** The smoothed level, and what the cell says, are at most this many mean movements away. */
const MOVE_CUT = 10;
/** No expert says more than so many mean movements, and none anything where these are lost in the unit: their squares would be 0. */
const MOST_MOVES = 1e4;
const LEAST_MOVE = 1e-15;

/** What the experts are asked about. */
export interface Question {
  readonly row: number;
  readonly channel: number;
  readonly index: number;
  readonly time: number;
  /** Sampling step, ms. */
  readonly step: number;
  readonly value: number;
}

/** The parts of a series' state that the experts look at. */
export interface ExpertParts {
  readonly base: Base;
  readonly past: Past;
  readonly issued: Issued;
  readonly profile: Profile;
  /** Those of the profile's experts, in their order. */
  readonly readouts: readonly Readout[];
}

/** The experts of each series, channel and horizon, and the mixture of what they say. */
export class Experts {
  readonly #memory: Memory;
  readonly #plan: Plan;
  readonly #parts: ExpertParts;
  readonly #workspace: Workspace;
  /** E, the last value among them. */
  readonly #experts: number;
  /** [channels][MIXTURE + experts][Q] */
  readonly #mixture: Slot;

  constructor(memory: Memory, plan: Plan, parts: ExpertParts, workspace: Workspace) {
    this.#memory = memory;
    this.#plan = plan;
    this.#parts = parts;
    this.#workspace = workspace;
    this.#experts = EXPERTS[plan.profile].length;
    const { channels, horizons } = plan;
    this.#mixture = memory.series('mixture', 'f32', (MIXTURE + this.#experts) * horizons.length * channels);
  }

  /** Begins anew. */
  clear(row: number, channel: number): void {
    const [from, to] = [this.#at(row, channel), this.#at(row, channel + 1)];
    this.#memory.view().f32.fill(0, from, to);
  }

  /**
   * What the experts other than the last value say of every horizon, in units: to the workspace's `moves`, and to where `blame` will
   * find it.
   */
  ask({ row, channel, index, time, step, value }: Question): void {
    const { base, past, issued, profile, readouts } = this.#parts;
    const { f32, f64 } = this.#memory.view();
    const { horizons } = this.#plan;
    const seasons = seasonsOf(step);
    const [unit, offset] = [base.unit(row, channel), value - base.anchor(row, channel)];
    const level = offset / unit;
    const hasDayAgo = seasons.lag > 0 && past.known(row, channel, index) > seasons.lag;
    const near = SEASON_CUT * profile.spread(row, channel);
    const weekNow = profile.week(row, channel, seasons, time);
    const dayNow = profile.day(row, channel, seasons, time);
    const toSmoothed = (base.smoothed(row, channel) - value) / unit;
    const Q = horizons.length;
    const usualMoves = this.#at(row, channel) + 3 * Q;
    const { kernel, moves } = this.#workspace;
    readouts.forEach((readout, r) => readout.moves(row, channel, index, moves + 8 * (READOUTS + r) * Q));
    const saying = this.#experts - 1;
    for (let q = 0; q < Q; q++) {
      const at = moves / 8 + q;
      const h = horizons[q]!;
      const target = time + h * step;
      const usual = profile.day(row, channel, seasons, target) - level;
      if (hasDayAgo) {
        const days = Math.ceil(h / seasons.lag);
        const ago = (past.offset(row, channel, index + h - days * seasons.lag) - offset) / unit;
        // a day that was like no other is not expected to come again
        f64[at] = Number.isNaN(usual) ? cut(ago, UNKNOWN_CUT) : usual + cut(ago - usual, near);
      } else f64[at] = 0;
      const weekly = profile.week(row, channel, seasons, target) - weekNow;
      const daily = usual + level - dayNow;
      f64[at + Q] = Number.isNaN(weekly) ? daily : weekly;
      const usualMove = f32[usualMoves + q]!;
      const moveCut = usualMove > 0 ? MOVE_CUT * usualMove : FAR;
      f64[at + 2 * Q] = cut(toSmoothed, moveCut);
      f64[at + CELL * Q] = cut(f64[at + CELL * Q]!, moveCut);
      const most = usualMove === 0 ? FAR : usualMove < LEAST_MOVE ? 0 : Math.min(FAR, MOST_MOVES * usualMove);
      for (let e = at; e < at + saying * Q; e += Q) f64[e] = Number.isNaN(f64[e]!) ? 0 : cut(f64[e]!, most);
    }
    kernel.packHalves(moves, 2 * issued.said(row, channel, index), saying * Q);
  }

  /**
   * The mixed movements to all horizons, of what `ask` gave: `mixed` of mixture.ts.
   *
   * @param to index in `view().f32` of where they go, [Q]
   */
  mix(row: number, channel: number, to: number): void {
    const { kernel, moves } = this.#workspace;
    kernel.mixed(4 * this.#at(row, channel), this.#plan.horizons.length, this.#experts, moves, 4 * to);
  }

  /** Takes in the targets that have come, as the workspace tells them: `blame` of mixture.ts. */
  blame(row: number, channel: number): void {
    const { kernel, moved, places } = this.#workspace;
    const { issued } = this.#parts;
    const { horizons, channels } = this.#plan;
    const Q = horizons.length;
    kernel.blame(
      4 * this.#at(row, channel),
      Q,
      this.#experts,
      2 * issued.said(row, channel, 0),
      2 * channels * (this.#experts - 1) * Q,
      4 * issued.moves(row, channel, 0),
      4 * channels * Q,
      places,
      moved,
    );
  }

  #at(row: number, channel: number): number {
    return this.#mixture.at(row) + channel * this.#plan.horizons.length * (MIXTURE + this.#experts);
  }
}
