import type { SeriesSummary } from './history.ts';

const byName = new Intl.Collator('en', { numeric: true });

/** The order of the list of series: what needs attention first (most anomalies), then by name, `pump 2` before `pump 10`. */
export function byAttention(a: SeriesSummary, b: SeriesSummary): number {
  return b.anomalies - a.anomalies || byName.compare(a.name, b.name);
}
