import { geometricMean } from '../evaluate/metrics.ts';
import type { PairedScore } from './paired-scores.ts';
import type { CandidateSettings } from './settings.ts';

/** Whether a candidate is to take over. */
export interface Ruling {
  /** Readings on which both were scored, at the shortest horizon. */
  readonly readings: number;
  /** Error of the new divided by that of the old: the geometric mean over series and horizons; null of nothing. */
  readonly ratio: number | null;
  /** Whether there are enough of them, and the errors are smaller by as much as is asked for. */
  readonly holds: boolean;
}

/** What the rule says of scores. */
export function ruling(
  scores: readonly PairedScore[],
  { after, better }: CandidateSettings['promote'],
): Ruling {
  const readings = scores[0]?.n ?? 0;
  const ratio = geometricMean(scores.map((each) => each.ratio));
  return { readings, ratio, holds: readings >= after && ratio !== null && ratio <= 1 - better };
}
