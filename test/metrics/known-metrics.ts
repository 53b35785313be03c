import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { DURATIONS } from '../../src/metrics/durations.ts';
import { MEASURES } from '../../src/metrics/measures.ts';
import { processMetrics } from '../../src/metrics/process-metrics.ts';

const RECORDED = new URL('../../.docker/prometheus/recording-rules.yml', import.meta.url);
const Recorded = z.object({
  groups: z.array(z.object({ rules: z.array(z.object({ record: z.string() })) })),
});

/** Names of all time series that a Prometheus with our rules has of a run. */
export function knownMetrics(): ReadonlySet<string> {
  const { groups } = Recorded.parse(parse(readFileSync(RECORDED, 'utf8')));
  return new Set([
    'up',
    ...MEASURES.map(({ name }) => name),
    ...DURATIONS.flatMap(({ name }) => [`${name}_bucket`, `${name}_count`, `${name}_sum`]),
    ...processMetrics()
      .getMetricsAsArray()
      .map(({ name }) => name),
    ...groups.flatMap(({ rules }) => rules.map(({ record }) => record)),
  ]);
}
