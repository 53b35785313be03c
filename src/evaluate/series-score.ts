import type { EventKind } from '../detect/events.ts';
import { Deviation } from './deviation.ts';
import { History } from './history.ts';
import type { IssuedRow } from './issued-rows.ts';
import { Mean } from './mean.ts';
import { Pending } from './pending.ts';
import type { Phase, Plan } from './plan.ts';
import { inRange } from './row-range.ts';
import { addTarget, noSums, type Sums, type Target } from './sums.ts';
import { Windows } from './windows.ts';

const DAY = 86_400_000;
/** Steps in a day up to which the seasonal naive forecast is made without being asked for: a step of 10 s. */
const LONGEST_DAY = 8640;

/** How often something happened, by its kind. */
export type EventCounts = Readonly<Partial<Record<EventKind, number>>>;

/** A target that was scored, for those who draw. */
export interface ScoredTarget extends Target {
  /** The row whose value it is, and its time. */
  readonly row: number;
  readonly time: number;
  /** Event time of the reading that it was forecast with, ms. */
  readonly origin: number;
  /** h, steps ahead. */
  readonly horizon: number;
  /** Mean |y_t − y_{t−1}| of the series so far: a unit in which errors of all series can be laid over each other. */
  readonly usualMove: number;
}

/**
 * The scores of one channel of one series, prequentially: a forecast of h steps ahead that was issued at step k is held against the
 * reading of step k + h when that comes, and before anything of that reading is used.
 *
 * 1. What is forecast of a step without a reading, or with one in which the channel was not observed, is not scored, but counted as missing.
 * 2. Which rows count for what says the plan. With `averageSteps` the targets of a window, the H steps after an origin, count together: once the
 *    series has come to its end.
 * 3. Three naive forecasts of the same origins stand beside: the newest value at the origin; the value one season m (or as many seasons as
 *    are needed) before the target; the mean of all values up to the origin. A step without a value counts as the value before it.
 * 4. The scale of MASE is the mean of |y_t − y_{t−m}| over the rows before those that are scored; where there are none, over the
 *    scored rows themselves. Without a season m is 1. R. J. Hyndman, A. B. Koehler, "Another look at measures of forecast accuracy",
 *    International Journal of Forecasting 22 (2006), section 3.
 */
export class SeriesScore {
  readonly partition: number;
  readonly series: string;
  readonly channel: string;
  readonly #plan: Plan;
  readonly #pending: Pending;
  readonly #history = new History();
  readonly #sums: Readonly<Record<Phase, readonly Sums[]>>;
  /** Undefined where each target counts by itself. */
  readonly #windows: Windows | undefined;
  readonly #events: Record<Phase, Partial<Record<EventKind, number>>> = { score: {}, validation: {} };
  readonly #mean = new Mean();
  readonly #moves = new Mean();
  readonly #scaleBefore = new Mean();
  readonly #scaleScored = new Mean();
  readonly #deviation = new Deviation();
  #season = 0;
  #lastIndex = 0;
  #lastRow = NaN;
  #lastTime = NaN;
  #readings = 0;

  constructor(partition: number, { series, channel }: IssuedRow, plan: Plan) {
    this.partition = partition;
    this.series = series;
    this.channel = channel;
    this.#plan = plan;
    this.#pending = new Pending(plan.steps);
    this.#windows = plan.protocol.averageSteps ? new Windows(plan, this.#pending.reach + 1) : undefined;
    this.#sums = { score: plan.horizons.map(noSums), validation: plan.horizons.map(noSums) };
  }

  /** Horizons that are reported, ascending. */
  get horizons(): readonly number[] {
    return this.#plan.horizons;
  }

  /** Readings in which the channel was observed. */
  get readings(): number {
    return this.#readings;
  }

  /** Event time of the newest row, ms. */
  get lastTime(): number {
    return this.#lastTime;
  }

  /** m of the seasonal naive forecast as of the newest reading; 0 where there is none. */
  get season(): number {
    return this.#season;
  }

  /** What mean errors are divided by for MASE; null where nothing is known of it. */
  get scale(): number | null {
    const { value } = Number.isNaN(this.#scaleBefore.value) ? this.#scaleScored : this.#scaleBefore;
    return Number.isNaN(value) ? null : value;
  }

  /** Standard deviation over the rows of `standardizeOn`; 0 where there is none. */
  get deviation(): number {
    return this.#deviation.value;
  }

  /** [horizons of the plan] */
  sums(phase: Phase): readonly Sums[] {
    return this.#sums[phase];
  }

  /** What happened to the forecasts in the rows of a phase. */
  events(phase: Phase): EventCounts {
    return this.#events[phase];
  }

  /** Takes the next reading in: scores what was forecast of it, then keeps what is forecast with it. */
  take(row: IssuedRow, told?: (target: ScoredTarget) => void): void {
    this.#season = this.#seasonOf(row.step);
    const isObserved = !Number.isNaN(row.value);
    const origin = this.#pending.find(this.#lastIndex);
    if (origin >= 0) this.#windows?.begin(origin, row.row);
    this.#countMissing(row, isObserved ? row.index - 1 : row.index);
    this.#countEvents(row);
    if (isObserved) this.#score(row, told);
    this.#endWindows(row);
    if (isObserved) this.#observe(row);
    else this.#history.hold(row.index);
    this.#lastIndex = row.index;
    this.#lastRow = row.row;
    this.#lastTime = row.time;
    // before its first value a channel is not forecast
    if (this.#readings > 0) this.#pending.add(row, this.#history.newest, this.#mean.value);
  }

  #seasonOf(step: number): number {
    const { season } = this.#plan.protocol;
    const inDay = step > 0 ? Math.round(DAY / step) : 0;
    const steps = season === 'day' ? (inDay >= 2 && inDay <= LONGEST_DAY ? inDay : 0) : season;
    if (steps > 0) this.#history.reach(steps + this.#pending.reach);
    return steps;
  }

  /** The steps after the row before, up to `end`, that were forecast and have no value. */
  #countMissing({ row }: IssuedRow, end: number): void {
    const { steps } = this.#plan;
    const farthest = Math.min(end, this.#lastIndex + this.#pending.reach);
    for (let gap = this.#lastIndex + 1; gap <= farthest; gap++) {
      for (let s = 0; s < steps.length; s++) {
        const place = this.#pending.find(gap - steps[s]!);
        if (place < 0) continue;
        for (const j of this.#plan.placesOf(s)) {
          const sums = this.#sumsFor(place, row, j);
          if (sums) sums.missing++;
        }
      }
    }
  }

  /** Where a target of this row counts for the horizon at place j; of a window, until it ends. */
  #sumsFor(place: number, row: number, j: number): Sums | undefined {
    if (this.#windows) return this.#windows.sums(place, j);
    const phase = this.#plan.phaseOf(row, row);
    return phase && this.#sums[phase][j];
  }

  /** Ends the windows whose last step is this reading's, or one between it and the reading before. */
  #endWindows({ row, index }: IssuedRow): void {
    if (!this.#windows) return;
    const farthest = Math.min(index, this.#lastIndex + this.#pending.reach);
    for (let end = this.#lastIndex + 1; end <= farthest; end++) {
      this.#plan.horizons.forEach((horizon, j) => {
        const place = this.#pending.find(end - horizon);
        if (place >= 0) this.#windows!.end(place, j, end === index ? row : this.#lastRow, this.#sums);
      });
    }
  }

  #score({ row, time, index, value: y }: IssuedRow, told?: (target: ScoredTarget) => void): void {
    const { steps, horizons } = this.#plan;
    const { time: originTime, last, mean, yhat, lo, hi } = this.#pending;
    const m = this.#season;
    for (let s = 0; s < steps.length; s++) {
      const h = steps[s]!;
      const place = this.#pending.find(index - h);
      if (place < 0) continue;
      const at = place * steps.length + s;
      const target = {
        y,
        yhat: yhat[at]!,
        lo: lo[at]!,
        hi: hi[at]!,
        last: last[place]!,
        mean: mean[place]!,
        season: m > 0 ? this.#history.get(index - m * Math.ceil(h / m)) : NaN,
      };
      for (const j of this.#plan.placesOf(s)) {
        const sums = this.#sumsFor(place, row, j);
        if (!sums) continue;
        addTarget(sums, target);
        const phase = this.#windows ? this.#windows.phaseOf(place, row) : this.#plan.phaseOf(row, row);
        if (phase === 'score' && h === horizons[j])
          told?.({
            ...target,
            row,
            time,
            origin: originTime[place]!,
            horizon: h,
            usualMove: this.#moves.value,
          });
      }
    }
  }

  #countEvents({ row, events }: IssuedRow): void {
    const { score, validate } = this.#plan.protocol;
    const phase = inRange(score, row)
      ? 'score'
      : validate && inRange(validate, row)
        ? 'validation'
        : undefined;
    if (phase === undefined) return;
    for (const kind of events) this.#events[phase][kind] = (this.#events[phase][kind] ?? 0) + 1;
  }

  /** Lets the value into everything that later forecasts are measured by. */
  #observe({ row, index, value }: IssuedRow): void {
    const { score, standardizeOn } = this.#plan.protocol;
    const before = this.#history.newest;
    if (!Number.isNaN(before)) this.#moves.add(Math.abs(value - before));
    const seasonBefore = this.#history.get(index - (this.#season || 1));
    if (!Number.isNaN(seasonBefore)) {
      if (row < score.from) this.#scaleBefore.add(Math.abs(value - seasonBefore));
      else if (row <= score.to) this.#scaleScored.add(Math.abs(value - seasonBefore));
    }
    if (standardizeOn && inRange(standardizeOn, row)) this.#deviation.add(value);
    this.#history.push(index, value);
    this.#mean.add(value);
    this.#readings++;
  }
}
