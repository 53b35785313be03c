import { tap } from 'rxjs';
import type { Aligned } from '../align/align.ts';
import type { Frame } from '../frame.ts';
import { fromBfloat16 } from '../maths/bfloat16.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import type { Stage } from '../stage.ts';
import type { Forecasted } from './forecast.ts';
import { placeBefore, ringPlace } from './ring.ts';
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
 * value, and the value of one day before the target. Prequential: only forecasts issued at earlier steps are scored, and a channel
 * that was not observed scores none. Adds no column; the sums of |error| lie in Memory.
 */
export function score(
  memory: Memory,
  model: Model,
  settings: ForecastSettings,
): Stage<Frame & Aligned & Forecasted, object> {
  const { plan, base, past, issued } = new ForecastState(memory, model, settings);
  const { channels, targets, horizons } = plan;
  const Q = horizons.length;
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
    const { u16, i32, f32, f64 } = memory.view();
    f64.set(horizons, known.at(0)); // align has touched the partition's slots
    for (let i = 0; i < n; i++) {
      const row = series[i]!;
      const k = index[i]!;
      const now = ringPlace(k, issued.ring);
      const day = stepsOfDay(step[i]!);
      for (let c = 0; c < channels; c++) {
        const y = value[i * width + targets[c]!]!;
        if (Number.isNaN(y)) continue;
        const hasDayBefore = day > 0 && day < past.known(row, c, k);
        const unit = base.unit(row, c);
        const dayBefore = hasDayBefore ? past.offset(row, c, k - day) + base.anchor(row, c) : NaN;
        const stamps = issued.stamps(row, c);
        const values = issued.values(row, c);
        const [moves, reaches] = [issued.moves(row, c, 0), issued.reaches(row, c, 0)];
        const firstCount = counts.at(row) + c * Q * COUNTS.length;
        const firstSum = sums.at(row) + c * Q * SUMS.length;
        for (let q = 0; q < Q; q++) {
          const h = horizons[q]!;
          const place = placeBefore(now, h, issued.ring);
          if (k <= h || f64[stamps + place] !== k - h) continue;
          const p = place * channels;
          const countAt = firstCount + q * COUNTS.length;
          const sumAt = firstSum + q * SUMS.length;
          const origin = f64[values + p]!;
          const error = y - origin - unit * f32[moves + p * Q + q]!;
          i32[countAt]!++;
          f64[sumAt]! += size(error);
          f64[sumAt + 1]! += size(y - origin);
          if (hasDayBefore && day > h) {
            i32[countAt + 1]!++;
            f64[sumAt + 2]! += size(error);
            f64[sumAt + 3]! += size(y - dayBefore);
          }
          const reach = reaches + 2 * (p * Q + q);
          const [above, below] = [fromBfloat16(u16[reach]!), fromBfloat16(u16[reach + 1]!)];
          if (Number.isNaN(above)) continue;
          i32[countAt + 2]!++;
          if (error <= unit * above && -error <= unit * below) i32[countAt + 3]!++;
        }
      }
    }
  }
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
