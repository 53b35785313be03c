import type { Aligned } from '../align/align.ts';
import { toldSlot } from '../align/told.ts';
import type { Forecasted } from '../forecast/forecast.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import { type Stage, stage } from '../stage.ts';
import type { Flat } from './flatline.ts';
import type { Jumped } from './jump.ts';
import type { Novel } from './novelty.ts';
import { SIZES, trackSize } from './rarity.ts';
import type { Surprised } from './surprise.ts';

/** What can make a reading odd. `joint`: of several channels at once none needs to be odd alone. `silence` is of no reading. */
export const REASONS = ['surprise', 'jump', 'flatline', 'novelty', 'joint', 'silence'] as const;
/** One of `REASONS`. */
export type Reason = (typeof REASONS)[number];

/** Columns that `judge` adds. */
export interface Judged {
  /** [n] how odd the reading is by what says so most, in [0, 1]; NaN where nothing says anything. 0.5 is an alert by default: as rare as one reading in a million, or as novel. */
  readonly oddness: Float64Array;
  /** [n] what says so most: its place in `REASONS`. */
  readonly reason: Uint8Array;
  /** [n] the channel that it says so of: its place among those that are forecast; of `joint` the oddest one. */
  readonly oddest: Uint16Array;
  /** What was said of each reading before a late one came. Where late readings are taken in. */
  readonly judgedBefore?: {
    /** [n] NaN where nothing was said. */
    readonly oddness: Float64Array;
    /** [n] −1 where nothing was said. */
    readonly oddest: Int32Array;
  };
}

/** Columns that are judged, as far as their stages stand in the pipeline. */
export type Evidence = Partial<Surprised & Jumped & Flat & Novel>;

/**
 * How odd a reading is, all evidence taken together: as odd as its oddest channel is by the evidence that finds it oddest. Where a series has several
 * channels, the sum of their surprises is a size of its own, whose rarity is judged by the sums before: channels that are a little off together.
 */
export function judge(
  memory: Memory,
  channels: number,
): Stage<Frame & Partial<Aligned> & Forecasted & Evidence, Judged> {
  const joint = channels > 1 ? memory.series('joint', 'f64', SIZES) : undefined;
  const oddnessBefore = toldSlot(memory, 'judge.oddness', 'f64', 1);
  const oddestBefore = toldSlot(memory, 'judge', 'u16', 1);

  /** Puts down what is said of each reading, and gives what was said of it before. */
  function before(
    { length: n, series, revisions }: Frame & Partial<Aligned>,
    { oddness, oddest }: Judged,
  ): Pick<Judged, 'judgedBefore'> {
    if (!revisions || !oddnessBefore || !oddestBefore) return {};
    const { u16, f64 } = memory.view();
    const judgedBefore = { oddness: new Float64Array(n).fill(NaN), oddest: new Int32Array(n).fill(-1) };
    for (let i = 0; i < n; i++) {
      const place: number = revisions.place[i]!;
      if (place < 0) continue;
      const oddnessAt = oddnessBefore.at(series[i]!) + place;
      const oddestAt = oddestBefore.at(series[i]!) + place;
      judgedBefore.oddest[i] = u16[oddestAt]! - 1;
      if (u16[oddestAt] !== 0) judgedBefore.oddness[i] = f64[oddnessAt]!;
      const isJudged = !Number.isNaN(oddness[i]!);
      u16[oddestAt] = isJudged ? oddest[i]! + 1 : 0;
      f64[oddnessAt] = isJudged ? oddness[i]! : 0;
    }
    return { judgedBefore };
  }

  return stage((frame: Frame & Partial<Aligned> & Forecasted & Evidence) => {
    const { length: n, series, targets, surprise, jump, flatline, novelty } = frame;
    const { f64 } = memory.view();
    const oddness = new Float64Array(n).fill(NaN);
    const reason = new Uint8Array(n);
    const oddest = new Uint16Array(n);
    const say = (i: number, c: number, what: Reason, score: number | undefined): void => {
      if (score === undefined || Number.isNaN(score) || score <= oddness[i]!) return;
      oddness[i] = score;
      reason[i] = REASONS.indexOf(what);
      oddest[i] = c;
    };
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let c = 0; c < targets.length; c++) {
        const at = i * targets.length + c;
        say(i, c, 'surprise', surprise?.[at]);
        say(i, c, 'jump', jump?.[at]);
        say(i, c, 'flatline', flatline?.[at]);
        say(i, c, 'novelty', novelty?.[at]);
        if (surprise && surprise[at]! > 0) sum += surprise[at]!;
      }
      if (!joint || !surprise) continue;
      say(i, oddest[i]!, 'joint', trackSize(f64, joint.at(series[i]!), sum));
    }
    const judged = { oddness, reason, oddest };
    return { ...judged, ...before(frame, judged) };
  });
}
