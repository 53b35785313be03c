import type { TrainingSettings } from './settings.ts';

/** A stretch of readings of one series in which it never begins anew. */
export interface Segment {
  /** Rows [first, end). */
  readonly first: number;
  readonly end: number;
  /** Number of a row, counted in steps; strictly ascending. */
  readonly index: (row: number) => number;
}

/** First rows of windows. */
export interface Windows {
  readonly train: number[];
  readonly validate: number[];
}

type Cut = Pick<TrainingSettings, 'steps' | 'scored' | 'stride'> & { readonly horizon: number };

/**
 * The windows of a segment, on both sides of the time from which on a series validates.
 *
 * 1. No target of a window to learn from lies at `from` or later: its last row is more than `horizon` steps before.
 * 2. No scored row of a window to validate with lies before `from`, and none is scored twice. Its other rows may.
 *
 * @param from index of the first step of the validation; Infinity without one
 */
export function windowsOf({ first, end, index }: Segment, from: number, settings: Cut): Windows {
  const { steps, scored, stride, horizon } = settings;
  const train: number[] = [];
  for (let start = first; start + steps <= end; start += stride) {
    if (index(start + steps - 1) + horizon >= from) break;
    train.push(start);
  }
  const validate: number[] = [];
  let row = first + steps - scored;
  while (row < end && index(row) < from) row++;
  for (; row + scored <= end; row += scored) validate.push(row + scored - steps);
  return { train, validate };
}
