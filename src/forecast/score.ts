import { map } from 'rxjs';
import type { Aligned } from '../align/align.ts';
import { Kernel } from '../cell/kernel.ts';
import { Told } from '../align/told.ts';
import type { Frame } from '../frame.ts';
import type { Memory } from '../memory/memory.ts';
import type { Model } from '../model/model.ts';
import type { Stage } from '../stage.ts';
import { blocksOf } from './block.ts';
import { LIVE, LOWERED, RAISED, RETURNED, trackCoverage, turnTo } from './coverage.ts';
import type { Forecasted } from './forecast.ts';
import { givenSeason } from './season-setting.ts';
import { stepsOfDay } from './season.ts';
import type { ForecastSettings } from './settings.ts';
import { ForecastState } from './state.ts';

/** What `score` adds. */
export interface Scored {
  /** Where the coverage of the main band has left its tolerance or is back, by row, channel and horizon; in most frames nowhere. */
  readonly coverageTurns: readonly CoverageTurn[];
  /** Those that were told of a reading before a late one came, and are not any more. Where late readings are taken in. */
  readonly takenBackTurns?: readonly Pick<CoverageTurn, 'row' | 'channel' | 'horizon' | 'turn'>[];
}

/** A reading with which the coverage of a channel at a horizon has left its tolerance, or is back. */
export interface CoverageTurn {
  /** i, row of the frame. */
  readonly row: number;
  /** Its place in a reading. */
  readonly channel: number;
  /** h, steps ahead. */
  readonly horizon: number;
  /** `LOWERED`, `RAISED` or `RETURNED`. */
  readonly turn: number;
  /** Share of about the newest 1,000 targets that the band has held; see coverage.ts. */
  readonly coverage: number;
  /** Share that it is to hold. */
  readonly level: number;
  /** Its mean width over the same targets, in the series' units. */
  readonly width: number;
}

/** Turns by their bits in what is told of a reading. */
const TURN_BITS = [
  [LOWERED, 1],
  [RAISED, 2],
  [RETURNED, 4],
] as const;

/** Counts, live figures and sums by horizon, in Memory: what the summary is computed from. */
export const COUNTS = ['bands', 'covered'] as const;
export const LIVES = ['coverage', 'width'] as const;
export const SUMS = ['error', 'last', 'seasonalError', 'seasonal'] as const;
export type Score = Record<(typeof COUNTS)[number] | (typeof LIVES)[number] | (typeof SUMS)[number], number>;

/** An error counts as at most this much, so that sums are numbers. */
const HUGE = 1e300;

/** Names of the slots that counts [channels][Q][2], live figures [channels][Q][2] and sums [channels][Q][4] lie in. */
const COUNT_SLOT = 'score.counts';
const LIVE_SLOT = 'score.live';
const SUM_SLOT = 'score.sums';
/** Name of the partition's slot [Q] that says which horizons these are. */
export const HORIZONS_SLOT = 'score.horizons';
/** Name of the partition's slot [channels] that says which places in a reading they have. */
export const TARGETS_SLOT = 'score.targets';

/**
 * Holds every forecast whose target this reading is against what came, beside two naive forecasts of the same origin: the last
 * value, and the value of one day, or of one season where `season` gives one, before the target. Prequential: only forecasts issued at
 * earlier steps are scored, and a channel that was not observed scores none. The sums of |error| lie in Memory. Of the horizons that are
 * written out it says when the coverage of the main band leaves `level` by more than `coverageTolerance`, and when it is back.
 */
export function score(
  memory: Memory,
  model: Model,
  settings: ForecastSettings,
): Stage<Frame & Aligned & Forecasted, Scored> {
  const state = new ForecastState(memory, model, settings);
  const { plan, workspace } = state;
  const { channels, targets, horizons } = plan;
  const { level, coverageTolerance: tolerance } = settings;
  const Q = horizons.length;
  const given = givenSeason(settings.season);
  const watched = horizons.filter((h) => settings.store.includes(h));
  const places = watched.map((h) => horizons.indexOf(h));
  const S = watched.length;
  const counts = memory.series(COUNT_SLOT, 'i32', COUNTS.length * Q * channels);
  const lives = memory.series(LIVE_SLOT, 'f32', LIVE * Q * channels);
  const sums = memory.series(SUM_SLOT, 'f64', SUMS.length * Q * channels);
  const standings = memory.series('score.standing', 'u16', S * channels); // of the coverage of each watched horizon
  const told = S > 0 ? Told.of(memory, 'score', channels * S) : undefined;
  const watchedAt = Kernel.of(memory.arena).keep(Int32Array.from(places));
  const known = memory.partition(HORIZONS_SLOT, 'f64', Q);
  const among = memory.partition(TARGETS_SLOT, 'f64', channels);

  // by name: copied from an object of columns, as `stage` does, it would cost each frame 1 µs more
  return (source) =>
    source.pipe(
      map((frame) => {
        const coverageTurns = take(frame);
        return told && frame.revisions
          ? { ...frame, coverageTurns, takenBackTurns: takenBack(frame, coverageTurns, told) }
          : { ...frame, coverageTurns };
      }),
    );

  /** Puts down what is told of the rows, and finds what was told of them before. */
  function takenBack(
    { length: n, series, revisions }: Aligned & Frame,
    turns: readonly CoverageTurn[],
    by: Told,
  ): NonNullable<Scored['takenBackTurns']> {
    const bits = new Uint8Array(n * channels * S);
    for (const { row, channel, horizon, turn } of turns) {
      const place = (row * channels + targets.indexOf(channel)) * S + watched.indexOf(horizon);
      bits[place] = TURN_BITS.find(([other]) => other === turn)![1];
    }
    const all: Pick<CoverageTurn, 'row' | 'channel' | 'horizon' | 'turn'>[] = [];
    for (let place = 0; place < bits.length; place++) {
      const row = Math.floor(place / (channels * S));
      const within = place % (channels * S);
      const gone = by.tell(series[row]!, revisions!.place[row]!, within, bits[place]!);
      if (gone === 0) continue;
      const [channel, horizon] = [targets[Math.floor(within / S)]!, watched[within % S]!];
      for (const [turn, bit] of TURN_BITS) if ((gone & bit) !== 0) all.push({ row, channel, horizon, turn });
    }
    return all;
  }

  function take(frame: Frame & Aligned & Forecasted): CoverageTurn[] {
    const { series, step } = frame;
    const { kept } = state;
    const { u16, i32, f32, f64 } = memory.view();
    const coverageTurns: CoverageTurn[] = [];
    f64.set(horizons, known.at(0)); // align has touched the partition's slots
    f64.set(targets, among.at(0));
    for (const { table, first, count: rows, days, turned } of blocksOf(memory, plan, workspace, frame)) {
      for (let i = 0; i < rows; i++) {
        const every = step[first + i]!;
        f64[days / 8 + i] = given?.(every) || stepsOfDay(every);
      }
      const turns = workspace.kernel.scoreRows(
        kept,
        table,
        rows,
        days,
        counts.offset,
        lives.offset,
        sums.offset,
        standings.offset,
        watchedAt,
        S,
        level,
        tolerance,
        turned,
      );
      for (const place of i32.subarray(turned / 4, turned / 4 + turns)) {
        const [row, c, s] = [Math.floor(place / (channels * S)), Math.floor(place / S) % channels, place % S];
        const at = series[first + row]!;
        const liveAt = lives.at(at) + (c * Q + places[s]!) * LIVE;
        coverageTurns.push({
          row: first + row,
          channel: targets[c]!,
          horizon: watched[s]!,
          turn: turnTo(u16[standings.at(at) + c * S + s]!),
          coverage: f32[liveAt]!,
          level,
          width: f32[liveAt + 1]!,
        });
      }
    }
    return coverageTurns;
  }
}

/**
 * Counts a forecast whose target has come, adds up |error| beside those of the naive forecasts, and lets the band into the live figures.
 *
 * This is the reference of the kernel's `countScores`, which does the work: the same numbers in the same order.
 *
 * @param counts [2] as `COUNTS` names them, in place
 * @param lives [2] as `LIVES` names them, in place
 * @param sums [4] as `SUMS` names them, in place
 * @param horizon h
 * @param error y less the forecast; `last` and `seasonal` likewise of the last value and of one day before, which is NaN where it is no forecast
 * @param above how far the band reached, in the series' units; NaN: there was none
 */
export function count(
  counts: Int32Array,
  lives: Float32Array,
  sums: Float64Array,
  horizon: number,
  error: number,
  last: number,
  seasonal: number,
  above: number,
  below: number,
): void {
  sums[0]! += size(error);
  sums[1]! += size(last);
  if (!Number.isNaN(seasonal)) {
    sums[2]! += size(error);
    sums[3]! += size(seasonal);
  }
  if (Number.isNaN(above)) return;
  const isHeld = error <= above && -error <= below;
  counts[0]!++;
  if (isHeld) counts[1]!++;
  trackCoverage(lives, 0, counts[0]!, horizon, isHeld, above + below);
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
  const counts = memory.seriesSlot(COUNT_SLOT);
  const lives = memory.seriesSlot(LIVE_SLOT);
  const sums = memory.seriesSlot(SUM_SLOT);
  if (!counts || !lives || !sums) return undefined;
  const { i32, f32, f64 } = memory.view();
  const place = channel * horizons + q;
  const countAt = counts.at(row) + place * COUNTS.length;
  const liveAt = lives.at(row) + place * LIVES.length;
  const sumAt = sums.at(row) + place * SUMS.length;
  // in the orders of COUNTS, LIVES and SUMS; written out, for it is asked for many series together
  return {
    bands: i32[countAt]!,
    covered: i32[countAt + 1]!,
    coverage: f32[liveAt]!,
    width: f32[liveAt + 1]!,
    error: f64[sumAt]!,
    last: f64[sumAt + 1]!,
    seasonalError: f64[sumAt + 2]!,
    seasonal: f64[sumAt + 3]!,
  };
}

/**
 * Reads of a series and the c-th of its scored channels the error of all its forecasts beside that of the last value: Σ|y − ŷ| / Σ|y − last|. NaN where nothing
 * has been scored, and always for a pipeline without the stage `score`.
 */
export function errorReader(memory: Memory): (row: number, c: number) => number {
  const slot = memory.seriesSlot(SUM_SLOT);
  const Q = memory.partitionSlot(HORIZONS_SLOT)?.width ?? 0;
  if (!slot) return () => NaN;
  memory.seal();
  return (row, c) => {
    const { f64 } = memory.view();
    let error = 0;
    let last = 0;
    for (let q = 0; q < Q; q++) {
      const at = slot.at(row) + (c * Q + q) * SUMS.length;
      error += f64[at]!;
      last += f64[at + 1]!;
    }
    return last > 0 ? error / last : NaN;
  };
}
