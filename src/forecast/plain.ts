import { cut, FAR } from './base.ts';

/** The value of a season ago counts as at most this many mean distances from the profile of its time. */
const SEASON_CUT = 3;
/** … and where nothing is known of its time, as at most this many units from now. */
const UNKNOWN_CUT = 10;
/** The smoothed level, and what the cell says, are at most this many mean movements away. */
const MOVE_CUT = 10;

/** What the plain experts go by, the same for all horizons; levels and movements in units, NaN where they are not known. */
export interface PlainNow {
  readonly unit: number;
  /** y less the anchor. */
  readonly offset: number;
  /** What is usual now by the profiles of the day and of the week. */
  readonly day: number;
  readonly week: number;
  /** Mean distance of readings to the profile of the day; NaN where the season is another. */
  readonly spread: number;
  /** To the smoothed level. */
  readonly toSmoothed: number;
}

/**
 * What the experts say of one horizon that have nothing to learn: the same time a season ago; the profile of the week or the day; the smoothed
 * level.
 *
 * This is the reference of the kernel's `plainMoves`, which does the work: the same numbers in the same order.
 *
 * @param day what is usual at the target by the profile of the day; `week` likewise
 * @param ago the value of the same time, so many seasons ago as are known, less the anchor; NaN where it is not known
 * @param usual mean |movement| to this horizon; 0: none has been seen
 */
export function plainMoves(
  { unit, offset, spread, toSmoothed, ...now }: PlainNow,
  day: number,
  week: number,
  ago: number,
  usual: number,
): readonly [season: number, profile: number, level: number] {
  const level = offset / unit;
  const toUsual = day - level;
  const toAgo = (ago - offset) / unit;
  // a day that was like no other is not expected to come again
  const seasonal = Number.isNaN(toUsual + spread)
    ? cut(toAgo, UNKNOWN_CUT)
    : toUsual + cut(toAgo - toUsual, SEASON_CUT * spread);
  const weekly = week - now.week;
  const daily = toUsual + level - now.day;
  return [
    Number.isNaN(ago) ? 0 : seasonal,
    Number.isNaN(weekly) ? daily : weekly,
    cut(toSmoothed, moveCutOf(usual)),
  ];
}

/** How far the smoothed level, and the cell, may go: at least where the movements are no larger than numbers. */
export function moveCutOf(usual: number): number {
  return usual > 0 ? MOVE_CUT * usual : FAR;
}
