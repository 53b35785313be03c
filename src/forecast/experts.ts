import type { Memory } from '../memory/memory.ts';
import type { Slot } from '../memory/slot.ts';
import { type Base, cut } from './base.ts';
import type { Issued } from './issued.ts';
import type { Lags } from './lags.ts';
import { MIXTURE } from './mixture.ts';
import { PAST, type Past } from './past.ts';
import { moveCutOf } from './plain.ts';
import type { Plan } from './plan.ts';
import type { Profile } from './profile.ts';
import type { Readout } from './readout.ts';
import { ringPlace } from './ring.ts';
import { seasonsOf } from './season.ts';
import { Targets } from './targets.ts';
import { Teachers } from './teachers.ts';
import type { Workspace } from './workspace.ts';

const LIGHT = ['last', 'season', 'profile', 'level', 'features', 'cell'] as const;

/**
 * Who says how far a series will move, in order: nobody (the last value); the same time a season ago (see `Lags`); the profile of the week or
 * the day; the smoothed level; then the readouts: of the features, of the cell, and in `full` of a few features, of features that are hardly
 * cut, of cell and features. Last, where the plan asks it, the model's own head.
 */
export const EXPERTS = { light: LIGHT, full: [...LIGHT, 'short', 'loose', 'both'] } as const;

/** Who they are by a plan. */
export function expertsOf({ profile, asksModel }: Plan): readonly string[] {
  return asksModel ? [...EXPERTS[profile], 'model'] : EXPERTS[profile];
}

/** Place of the first readout among those that say a movement; the cell's is the next. */
const READOUTS = 3;
const CELL = 4;

/**
 * Targets that a series is taken to have had whose weights others have taught: its readouts need not earn as much against the last value.
 * With 150 the first 500 readings of late-comers among weather stations have errors of .95 / .97 / .98 times those with 0, 1 / 6 / 12 steps
 * ahead, of those among unlike servers .98 / .98 / .99.
 */
const TAUGHT = 150;

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
  readonly lags: Lags;
  /** Those of the profile's experts, in their order. */
  readonly readouts: readonly Readout[];
}

/** The experts of each series, channel and horizon, and the mixture of what they say. */
export class Experts {
  readonly #memory: Memory;
  readonly #plan: Plan;
  readonly #parts: ExpertParts;
  readonly #workspace: Workspace;
  readonly #targets: Targets;
  /** E, the last value among them. */
  readonly #experts: number;
  /** [channels][MIXTURE + experts][Q] */
  readonly #mixture: Slot;
  readonly #teachers: Teachers;

  constructor(memory: Memory, plan: Plan, parts: ExpertParts, workspace: Workspace) {
    this.#memory = memory;
    this.#plan = plan;
    this.#parts = parts;
    this.#workspace = workspace;
    this.#targets = new Targets(memory, plan, parts.profile.calendar, workspace);
    this.#experts = expertsOf(plan).length;
    const { channels, horizons } = plan;
    this.#mixture = memory.series('mixture', 'f32', (MIXTURE + this.#experts) * horizons.length * channels);
    this.#teachers = new Teachers(memory, plan);
  }

  /** Begins anew. */
  clear(row: number, channel: number): void {
    const [from, to] = [this.#at(row, channel), this.#at(row, channel + 1)];
    this.#memory.view().f32.fill(0, from, to);
    if (this.#teachers.others(row, channel) > 0)
      this.#memory.view().f32.fill(TAUGHT, from, from + this.#plan.horizons.length);
  }

  /**
   * What the experts other than the last value say of every horizon, in units: to the workspace's `moves`, each `limited` (see limited.ts),
   * and to where `blame` will find it. Of those that learn nothing it is `plainMoves` of plain.ts.
   *
   * @param byModel what the model's head says, [Q] in units, where it is asked; it goes as far as the cell may
   */
  ask({ row, channel, index, time, step, value }: Question, byModel?: Float64Array): void {
    const { base, past, issued, profile, lags, readouts } = this.#parts;
    const { horizons } = this.#plan;
    const seasons = seasonsOf(step);
    const unit = base.unit(row, channel);
    const lag = lags.of(row, channel, step);
    const hasSeasonAgo = lag > 0 && past.known(row, channel, index) > lag;
    const Q = horizons.length;
    const usualMoves = 4 * (this.#at(row, channel) + 3 * Q);
    const { kernel, moves } = this.#workspace;
    kernel.plainMoves(
      moves,
      Q,
      this.#targets.of(seasons, time, step, lag),
      seasons.day > 0 ? 4 * profile.days(row, channel) : 0,
      seasons.week > 0 ? 4 * profile.weeks(row, channel) : 0,
      hasSeasonAgo ? 4 * past.first(row, channel) : 0,
      PAST,
      ringPlace(index, PAST),
      usualMoves,
      unit,
      value - base.anchor(row, channel),
      profile.day(row, channel, seasons, time),
      profile.week(row, channel, seasons, time),
      lag === seasons.day ? profile.spread(row, channel) : NaN,
      (base.smoothed(row, channel) - value) / unit,
    );
    readouts.forEach((readout, r) => readout.moves(row, channel, index, moves + 8 * (READOUTS + r) * Q));
    const saying = this.#experts - 1;
    if (byModel) {
      const { f32, f64 } = this.#memory.view();
      const at = moves / 8 + (saying - 1) * Q;
      for (let q = 0; q < Q; q++) f64[at + q] = cut(byModel[q]!, moveCutOf(f32[usualMoves / 4 + q]!));
    }
    kernel.limitMoves(moves, Q, saying, CELL, usualMoves);
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
