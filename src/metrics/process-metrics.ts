import { collectDefaultMetrics, Registry } from 'prom-client';

/** Gauges whose names are those of counters; `nodejs_active_resources` and its like tell the same by kind. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

let registry: Registry | undefined;

/** Metrics of this process, as prom-client has them: CPU, memory, event loop, garbage collection. All runs of a process share them. */
export function processMetrics(): Registry {
  if (registry) return registry;
  registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return registry;
}
