import type { HorizonMetrics, Scores } from '../document.ts';

/** First and last of the horizons that are reported; one where there is one. */
export function endsOf(scores: Scores): readonly HorizonMetrics[] {
  const [first, ...others] = scores.byHorizon;
  return first ? [first, ...others.slice(-1)] : [];
}

/** `one step ahead`, `12 steps ahead`. */
export function stepsAhead(h: number): string {
  return h === 1 ? 'one step ahead' : `${h} steps ahead`;
}
