import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import { Bands } from './bands.ts';
import { Base, type Rebase } from './base.ts';
import { Experts, SAYING } from './experts.ts';
import { Features } from './features.ts';
import { Issued } from './issued.ts';
import { Past } from './past.ts';
import { type Plan, planOf } from './plan.ts';
import { Profile } from './profile.ts';
import { Readout } from './readout.ts';
import type { ForecastSettings } from './settings.ts';
import { Workspace } from './workspace.ts';

/** Coverage of the outer band, of the nearest horizon only: what `detect` holds readings against. */
const OUTER = [0.99];

/** How freely the readouts learn at first: the size of their P. The cell's is held back, for h says little of a young series. */
const TRUST = 0.3;
const CELL_TRUST = 0.03;

/** What learns from a series, where something does. */
export interface Learners {
  readonly workspace: Workspace;
  readonly profile: Profile;
  readonly features: Features;
  readonly readout: Readout;
  readonly cellReadout: Readout;
  readonly experts: Experts;
}

/** All of a series' state that `forecast` writes and `score`, `detect` and `learn` read, in Memory. Each stage has its own view of the same slots. */
export class ForecastState {
  readonly plan: Plan;
  readonly base: Base;
  readonly past: Past;
  readonly issued: Issued;
  readonly bands: Bands;
  readonly outer: Bands;
  /** Undefined with `learn: none`. */
  readonly learners: Learners | undefined;

  constructor(memory: Memory, model: Model, settings: ForecastSettings) {
    const plan = planOf(model, settings);
    this.plan = plan;
    this.base = new Base(memory, plan.channels);
    this.past = new Past(memory, plan.channels);
    const { horizons, levels, main } = plan;
    const rate = settings.bandRate;
    this.bands = new Bands(memory, 'band', plan, horizons.length, { levels, main, rate });
    this.outer = new Bands(memory, 'band.outer', plan, 1, { levels: OUTER, main: 0, rate });
    const isLearning = settings.learn !== 'none';
    this.issued = new Issued(memory, plan, isLearning ? SAYING : 0);
    if (!isLearning) return;
    const { base, past, issued } = this;
    const profile = new Profile(memory, plan.channels);
    const features = new Features(memory, past, profile, plan);
    const [d, cellD] = [features.count, model.hidden + 1];
    const workspace = new Workspace(memory, plan, SAYING, Math.max(d, cellD));
    const readout = new Readout(memory, 'readout', d, TRUST, plan, workspace);
    const cellReadout = new Readout(memory, 'readout.cell', cellD, CELL_TRUST, plan, workspace);
    const experts = new Experts(
      memory,
      plan,
      { base, past, issued, profile, readout, cellReadout },
      workspace,
    );
    this.learners = { workspace, profile, features, readout, cellReadout, experts };
  }

  /** The units of a channel have changed. */
  rebase(row: number, channel: number, { moved, factor, begins }: Rebase): void {
    this.past.rebase(row, channel, moved);
    this.issued.rebase(row, channel, factor);
    if (!begins || !this.learners) return;
    const { profile, features, readout, cellReadout, experts } = this.learners;
    for (const part of [profile, features, readout, cellReadout, experts]) part.clear(row, channel);
  }
}
