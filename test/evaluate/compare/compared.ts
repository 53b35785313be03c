import anomalyAlerts from '../../../pipelines/anomaly-alerts.ts';
import liveForecast from '../../../pipelines/live-forecast.ts';
import { compare, type Compared, type CompareOptions } from '../../../src/evaluate/compare/compare.ts';
import { type ComparisonDocument, comparisonDocument } from '../../../src/evaluate/compare/document.ts';
import { sidesOf } from '../../../src/evaluate/compare/sides.ts';
import type { Pipeline } from '../../../src/pipeline.ts';

const PIPELINES = { 'live-forecast': liveForecast, 'anomaly-alerts': anomalyAlerts };

/** What a comparison is of. */
export interface ComparedOf {
  readonly name?: keyof typeof PIPELINES;
  /** A CSV with the columns time, sensor, value; default: the office's temperature that comes with the package. */
  readonly path?: string;
  /** `path=value`, `B:path=value` … */
  readonly set?: readonly string[];
  readonly others?: readonly string[];
  readonly stop?: AbortSignal;
  readonly commands?: CompareOptions['commands'];
}

/** Small sides of a pipeline beside each other. */
export async function compared({
  name = 'live-forecast',
  path,
  set = [],
  others = [''],
  stop,
  commands,
}: ComparedOf): Promise<{
  compared: Compared;
  document: ComparisonDocument;
}> {
  const pipeline = PIPELINES[name] as unknown as Pipeline;
  const input = path
    ? { kind: 'file', paths: [path], decode: { format: 'csv', series: 'sensor', values: ['value'] } }
    : {
        kind: 'file',
        paths: ['bundled:ambient_temperature_system_failure.csv'],
        decode: { format: 'csv', seriesName: 'office', time: 'timestamp', values: ['value'] },
      };
  const small = ['model.hidden=4', 'model.horizon=3'];
  const sources = { defaults: { ...pipeline.defaults, input }, set: [...small, ...set] };
  const sides = sidesOf(pipeline, { sources, others });
  const made = await compare({ pipeline, sides, commands, ...(stop && { stop }) });
  return { compared: made, document: comparisonDocument(made, name, ['data']) };
}
