import liveForecast from '../../pipelines/live-forecast.ts';
import { Curves } from '../../src/evaluate/curves.ts';
import { evaluate } from '../../src/evaluate/evaluate.ts';
import { documentOf, type EvaluationDocument } from '../../src/evaluate/document.ts';
import { runSettingsFrom } from '../../src/evaluate/run-settings.ts';
import { protocolFrom } from '../../src/evaluate/settings.ts';

/** The office's temperature that comes with the package, evaluated in a second: what tables and pages are tested with. */
export async function evaluatedOffice(
  flags: Parameters<typeof protocolFrom>[0] = {},
): Promise<{ document: EvaluationDocument; curves: Curves }> {
  const data = ['bundled:ambient_temperature_system_failure.csv'];
  const settings = await runSettingsFrom(liveForecast, { data, set: ['model.hidden=4', 'model.horizon=6'] });
  const curves = new Curves();
  const evaluated = await evaluate({
    pipeline: liveForecast,
    settings,
    protocol: protocolFrom(flags),
    missing: 'error',
    listener: (series, target) => curves.add(series, target),
  });
  return { document: documentOf(evaluated, 'live-forecast', data), curves };
}
