import type { Command } from 'commander';
import { loadSettings, settingsTree, type SettingsSources, type Tree } from '../config/load.ts';
import { overlaidBy } from '../config/overlaid.ts';
import type { RunSettings } from '../config/run-settings.ts';
import type { Pipeline } from '../pipeline.ts';

/** Flags by which settings are given. */
export interface SettingsFlags {
  readonly config?: string;
  readonly set: readonly string[];
  readonly speed?: string;
  readonly port?: string;
  readonly page?: boolean;
  readonly digest?: boolean;
}

export function addSettingsOptions(command: Command): Command {
  return command
    .option('-c, --config <file>', 'settings from a YAML file')
    .option('-s, --set <path=value>', 'one setting, e.g. model.hidden=32; may be repeated', collect, []);
}

function collect(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

/** The settings of a pipeline from its defaults, the file, the environment (FORETIDE_…) and the flags, in this order. */
export function settingsFrom(pipeline: Pipeline, flags: SettingsFlags): RunSettings {
  return loadSettings(pipeline.settings, settingsSources(pipeline, flags));
}

/** The same with something over them, as a promotion has it. */
export function overlaidFrom(pipeline: Pipeline, flags: SettingsFlags): (over: Tree) => RunSettings {
  return (over) => overlaidBy(pipeline, settingsTree(settingsSources(pipeline, flags)))(over);
}

/** Where the settings of a pipeline come from. */
export function settingsSources({ defaults }: Pipeline, flags: SettingsFlags): SettingsSources {
  const set = [
    ...flags.set,
    ...(flags.speed === undefined ? [] : [`input.pace=${flags.speed}`]),
    ...(flags.port === undefined ? [] : [`page.port=${flags.port}`]),
    ...(flags.page === false ? ['page.enabled=false'] : []),
    ...(flags.digest === true ? ['digest=true'] : []),
  ];
  return { defaults, file: flags.config, environment: process.env, set };
}
