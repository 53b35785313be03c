import { knownChannels } from '../align/known.ts';
import { type Calendar, calendarOf } from '../calendar/calendar.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import { Bands } from './bands.ts';
import { Base, type Rebase } from './base.ts';
import { Experts, expertsOf } from './experts.ts';
import { Features } from './features.ts';
import { Issued } from './issued.ts';
import { keptOf } from './kept.ts';
import { Lags } from './lags.ts';
import { OuterBand } from './outer-band.ts';
import { PAST, Past } from './past.ts';
import { type Plan, planOf } from './plan.ts';
import { Profile } from './profile.ts';
import { Readout } from './readout.ts';
import type { SeasonSetting } from './season-setting.ts';
import type { ForecastSettings } from './settings.ts';
import { Teachers } from './teachers.ts';
import { Workspace } from './workspace.ts';

/** How freely the readouts learn at first: the size of their P. The cell's is held back, for h says little of a young series. */
const TRUST = 0.3;
const CELL_TRUST = 0.03;

/** What learns from a series, where something does. */
export interface Learners {
  readonly profile: Profile;
  readonly lags: Lags;
  readonly features: Features;
  /** Those of the features, of the cell, and in `full` of the short and of the loose features, and of cell and features. */
  readonly readouts: readonly Readout[];
  readonly experts: Experts;
  readonly teachers: Teachers;
}

/** All of a series' state that `forecast` writes and `score`, `detect` and `learn` read, in Memory. Each stage has its own view of the same slots. */
export class ForecastState {
  readonly plan: Plan;
  readonly base: Base;
  readonly past: Past;
  readonly issued: Issued;
  readonly bands: Bands;
  readonly outer: OuterBand;
  /** Whose days and weeks the series follow. */
  readonly calendar: Calendar;
  readonly workspace: Workspace;
  /** Undefined with `learn: none`. */
  readonly learners: Learners | undefined;

  readonly #memory: Memory;
  #kept: number | undefined;

  constructor(memory: Memory, model: Model, settings: ForecastSettings) {
    this.#memory = memory;
    const known = knownChannels(memory);
    const plan = planOf(model, settings, known);
    this.plan = plan;
    this.base = new Base(memory, plan.channels);
    this.past = new Past(memory, plan.channels, stepsKept(plan, settings.season));
    const { horizons, levels, main } = plan;
    const rate = settings.bandRate;
    this.bands = new Bands(memory, 'band', plan, horizons.length, { levels, main, rate });
    this.outer = new OuterBand(memory, plan);
    this.calendar = calendarOf(settings.calendar);
    const isLearning = plan.learn !== 'none';
    const saying = expertsOf(plan).length - 1;
    this.issued = new Issued(memory, plan, isLearning ? saying : 0);
    if (!isLearning) {
      this.workspace = new Workspace(memory, plan, 0, 0, model.hidden);
      return;
    }
    const { base, past, issued, calendar } = this;
    memory.follow('calendar', calendar.version);
    const profile = new Profile(memory, plan.channels, calendar);
    const { yearly } = settings;
    const lags = new Lags(memory, past, plan.channels, settings.season);
    const features = new Features(memory, past, profile, lags, plan, { calendar, yearly, known });
    const [d, H] = [features.count, model.hidden];
    const workspace = new Workspace(memory, plan, saying, d + H + 1, H);
    this.workspace = workspace;
    const readout = (name: string, count: number, trust: number): Readout =>
      new Readout(memory, name, count, trust, plan, workspace);
    const readouts = [readout('readout', d, TRUST), readout('readout.cell', H + 1, CELL_TRUST)];
    if (plan.profile === 'full') {
      readouts.push(
        readout('readout.short', features.shortCount, TRUST),
        readout('readout.loose', d, TRUST),
        readout('readout.both', d + H, TRUST),
      );
    }
    const experts = new Experts(memory, plan, { base, past, issued, profile, lags, readouts }, workspace);
    const teachers = new Teachers(memory, plan);
    this.learners = { profile, lags, features, readouts, experts, teachers };
  }

  /** Byte offset of the table of where a row keeps what, for the kernel. From the first frame on, for it seals Memory; may grow the arena. */
  get kept(): number {
    return (this.#kept ??= keptOf(this.#memory, this));
  }

  /** The units of a channel have changed. */
  rebase(row: number, channel: number, { moved, factor, begins }: Rebase): void {
    this.past.rebase(row, channel, moved);
    this.issued.rebase(row, channel, factor);
    if (!begins || !this.learners) return;
    const { profile, features, readouts, experts, teachers } = this.learners;
    for (const part of [profile, features, ...readouts, experts]) part.clear(row, channel);
    teachers.join(row, channel);
  }
}

/** Steps of the past that are looked at: where nothing learns, only that of one season ago, by which `score` measures. */
function stepsKept({ learn }: Plan, season: SeasonSetting): number {
  if (learn !== 'none') return PAST;
  if (season === 'none') return 1;
  return typeof season === 'number' ? season + 1 : PAST;
}
