import type { SeriesSummary } from './history.ts';

/**
 * How a series stands, what needs a person first: its newest readings were not expected, or an alert of it stands; nothing has come of it though its partition
 * went on; its forecasts are worse than repeating the last value; nothing is the matter.
 */
export const STANDINGS = ['anomalous', 'silent', 'worse', 'fine'] as const;
export type Standing = (typeof STANDINGS)[number];

/** An anomaly counts as one of now while it is among about so many newest readings. */
const NEWEST = 3;
/** So many usual distances without a reading are silence. */
const SILENT = 5;
/** Readings before which nothing can be said of the usual distance. */
const LEAST = 10;
/** Worse by less than this is as good. */
const WORSE = 1.02;

/**
 * @param error MAE against that of the last value; NaN where it is not known
 * @param hasAlert whether an alert of it stands
 */
export function standingOf(
  { readings, lastTime, lastAnomaly, step, behind }: SeriesSummary,
  error: number,
  hasAlert: boolean,
): Standing {
  if (hasAlert) return 'anomalous';
  if (step !== null && readings >= LEAST && behind > SILENT * step) return 'silent';
  if (lastAnomaly !== null && lastAnomaly > lastTime - NEWEST * (step ?? 1)) return 'anomalous';
  return error > WORSE ? 'worse' : 'fine';
}
