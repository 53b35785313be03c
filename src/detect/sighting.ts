/** How a series is looked at. value: its extremes; log: the same, finer the lower they are; level: its smoothed mean; season: extremes beside what they are at this time of the day. */
export const NOVELTY_VIEWS = ['value', 'log', 'level', 'season'] as const;
/** One of `NOVELTY_VIEWS`. */
export type NoveltyView = (typeof NOVELTY_VIEWS)[number];

/** What one view has seen in a block of readings. Values are less the channel's first. */
export interface Sighting {
  readonly view: NoveltyView;
  /** How novel it is, from 0 up to `MOST`. */
  readonly evidence: number;
  readonly got: number;
  /** The most similar of what the view remembers, and when that was last there, ms. */
  readonly nearest: { readonly value: number; readonly time: number };
}

/** The most that a view counts. */
export const MOST = 6;
/** Share of the range that a distance is measured with, on top of the usual distance. */
const BEYOND_USUAL = 0.08;

/**
 * Evidence of a distance.
 *
 * @param weight evidence of a distance that is the usual one and 0.08
 * @param distance to the nearest remembered moment, as a share of the range
 */
export function evidenceOf(weight: number, distance: number, usual: number): number {
  return Math.min(MOST, (weight * distance) / (usual + BEYOND_USUAL));
}
