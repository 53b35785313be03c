import { tap } from 'rxjs';
import type { Aligned } from '../align/align.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import type { Stage } from '../stage.ts';
import type { Forecasted } from './forecast.ts';
import { givenSeason } from './season-setting.ts';
import { stepsOfDay } from './season.ts';
import type { ForecastSettings } from './settings.ts';
import { ForecastState } from './state.ts';

/** Counts and sums by horizon, in Memory: what the summary is computed from. */
export const COUNTS = ['count', 'seasonalCount', 'bands', 'covered'] as const;
export const SUMS = ['error', 'last', 'seasonalError', 'seasonal'] as const;
export type Score = Record<(typeof COUNTS)[number] | (typeof SUMS)[number], number>;

/** An error counts as at most this much, so that sums are numbers. */
const HUGE = 1e300;

/** Names of the slots [channels][Q][4] that counts and sums lie in. */
const COUNT_SLOT = 'score.counts';
const SUM_SLOT = 'score.sums';
/** Name of the partition's slot [Q] that says which horizons these are. */
export const HORIZONS_SLOT = 'score.horizons';

/**
 * Holds every forecast whose target this reading is against what came, beside two naive forecasts of the same origin: the last
 * value, and the value of one day, or of one season where `season` gives one, before the target. Prequential: only forecasts issued at
 * earlier steps are scored, and a channel that was not observed scores none. Adds no column; the sums of |error| lie in Memory.
 */
export function score(
  memory: Memory,
  model: Model,
  settings: ForecastSettings,
): Stage<Frame & Aligned & Forecasted, object> {
  const { plan, base, past, issued, workspace } = new ForecastState(memory, model, settings);
  const { channels, targets, horizons } = plan;
  const Q = horizons.length;
  const given = givenSeason(settings.season);
  const counts = memory.series(COUNT_SLOT, 'i32', COUNTS.length * horizons.length * channels);
  const sums = memory.series(SUM_SLOT, 'f64', SUMS.length * horizons.length * channels);
  const known = memory.partition(HORIZONS_SLOT, 'f64', horizons.length);
  return (source) => source.pipe(tap((frame) => take(frame)));

  function take({
    length: n,
    channels: width,
    series,
    value,
    index,
    step,
  }: Frame & Aligned & Forecasted): void {
    memory.view().f64.set(horizons, known.at(0)); // align has touched the partition's slots
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const k = index[i]!;
      const day = given?.(step[i]!) || stepsOfDay(step[i]!);
      for (let c = 0; c < channels; c++) {
        const y = value[i * width + targets[c]!]!;
        if (Number.isNaN(y)) continue;
        const hasDayBefore = day > 0 && day < past.known(row, c, k);
        const unit = base.unit(row, c);
        const dayBefore = hasDayBefore ? past.offset(row, c, k - day) + base.anchor(row, c) : NaN;
        issued.mature(row, c, k, y, unit, 0, workspace);
        workspace.kernel.countScores(
          workspace.horizons,
          Q,
          hasDayBefore ? day : 0,
          y - dayBefore,
          workspace.errors,
          workspace.changes,
          workspace.places,
          2 * issued.reaches(row, c, 0),
          4 * channels * Q,
          unit,
          4 * (counts.at(row) + c * Q * COUNTS.length),
          8 * (sums.at(row) + c * Q * SUMS.length),
        );
      }
    }
  }
}

/**
 * Counts a forecast whose target has come, and adds up |error| beside those of the naive forecasts.
 *
 * This is the reference of the kernel's `countScores`, which does the work: the same numbers in the same order.
 *
 * @param counts [4] as `COUNTS` names them, in place
 * @param sums [4] as `SUMS` names them, in place
 * @param error y less the forecast; `last` and `seasonal` likewise of the last value and of one day before, which is NaN where it is no forecast
 * @param above how far the band reached, in the series' units; NaN: there was none
 */
export function count(
  counts: Int32Array,
  sums: Float64Array,
  error: number,
  last: number,
  seasonal: number,
  above: number,
  below: number,
): void {
  counts[0]!++;
  sums[0]! += size(error);
  sums[1]! += size(last);
  if (!Number.isNaN(seasonal)) {
    counts[1]!++;
    sums[2]! += size(error);
    sums[3]! += size(seasonal);
  }
  if (Number.isNaN(above)) return;
  counts[2]!++;
  if (error <= above && -error <= below) counts[3]!++;
}

function size(error: number): number {
  return Math.min(HUGE, Math.abs(error));
}

/** Channels of which something is counted, of so many horizons; 0 for a pipeline without the stage `score`. */
export function scoredChannels(memory: Memory, horizons: number): number {
  const width = memory.seriesSlot(COUNT_SLOT)?.width ?? 0;
  return width / (COUNTS.length * horizons);
}

/** What has been counted of a series; undefined for a pipeline without the stage `score`. */
export function readScore(
  memory: Memory,
  row: number,
  channel: number,
  horizons: number,
  q: number,
): Score | undefined {
  const [counts, sums] = [memory.seriesSlot(COUNT_SLOT), memory.seriesSlot(SUM_SLOT)];
  if (!counts || !sums) return undefined;
  const { i32, f64 } = memory.view();
  const at = (channel * horizons + q) * 4;
  const [countAt, sumAt] = [counts.at(row) + at, sums.at(row) + at];
  const entries = [
    ...COUNTS.map((name, i) => [name, i32[countAt + i]!]),
    ...SUMS.map((name, i) => [name, f64[sumAt + i]!]),
  ];
  return Object.fromEntries(entries) as Score;
}
