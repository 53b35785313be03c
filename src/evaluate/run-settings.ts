import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { loadSettings } from '../config/load.ts';
import type { RunSettings } from '../config/run-settings.ts';
import { ForecastSettings } from '../forecast/settings.ts';
import type { Pipeline } from '../pipeline.ts';
import { type DataFlags, fieldsDecode, inputFrom } from './data-input.ts';

export interface SettingsGiven extends DataFlags {
  readonly config?: string | undefined;
  /** `path=value` each. */
  readonly set: readonly string[];
  /** File of a trained model. */
  readonly model?: string | undefined;
  /** Channels that are to be forecast and scored. */
  readonly targets?: readonly string[] | undefined;
  /** Steps ahead that are to be scored. */
  readonly horizons?: readonly number[] | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * The settings of a pipeline that is to be evaluated: as for a run, and over them what the flags say.
 *
 * 1. Data that are named take the place of the pipeline's own recording. How they are decoded is found out (see `inputFrom`), unless the
 *    settings file says it; single flags go over that.
 * 2. Forecast is as far ahead as is to be scored, where nothing else says how far.
 *
 * @throws ForetideError SETTINGS_INVALID, FILE_UNREADABLE, FILE_FORMAT
 */
export async function runSettingsFrom(pipeline: Pipeline, given: SettingsGiven): Promise<RunSettings> {
  const { config, data, model, targets, horizons = [], environment = {} } = given;
  const { input, ...others } = pipeline.defaults;
  const set = [
    ...(data.length > 0 ? await inputAssignments(given) : []),
    ...(model === undefined ? [] : [`model.file=${JSON.stringify(model)}`]),
    ...(targets === undefined ? [] : [`forecast.targets=${JSON.stringify(targets)}`]),
    ...given.set,
  ];
  const load = (more: Readonly<Record<string, unknown>>): RunSettings =>
    loadSettings(pipeline.settings, {
      defaults: { ...others, ...(data.length === 0 && { input }), ...more },
      file: config,
      environment,
      set,
    });
  const usual = load({});
  const farthest = Math.max(0, ...horizons);
  const { learn, horizons: chosen } = ForecastSettings.safeParse(Reflect.get(usual, 'forecast')).data ?? {};
  // a head that forecasts on its own looks as far as it was trained to
  if (chosen || learn === 'none' || usual.model.file !== undefined) return usual;
  if (farthest <= (usual.model.horizon ?? 0)) return usual;
  const steps = Array.from({ length: farthest }, (_, i) => i + 1);
  return load({ forecast: { ...(others['forecast'] as object | undefined), horizons: steps } });
}

async function inputAssignments(given: SettingsGiven): Promise<readonly string[]> {
  if (!decodesInFile(given.config)) return [`input=${JSON.stringify(await inputFrom(given))}`];
  const decode = fieldsDecode(given.format, given);
  return [`input=${JSON.stringify({ kind: 'file', paths: given.data, pace: 'max', decode })}`];
}

/** Whether a settings file says how records are decoded. What is wrong with the file is told by those who load it. */
function decodesInFile(path: string | undefined): boolean {
  if (path === undefined) return false;
  try {
    const tree = parseYaml(readFileSync(path, 'utf8')) as { input?: { decode?: unknown } } | null;
    return typeof tree?.input?.decode === 'object';
  } catch {
    return false;
  }
}
