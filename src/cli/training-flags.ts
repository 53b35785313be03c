import { z } from 'zod';
import { loadSettings } from '../config/load.ts';
import { ForetideError } from '../errors.ts';
import { inputOf } from '../train/data-input.ts';
import { TrainSettings } from '../train/settings.ts';
import type { SettingsFlags } from './settings-options.ts';

/** Flags by which the settings of a training are given. */
export interface TrainingFlags extends SettingsFlags {
  readonly data?: readonly string[];
  readonly format?: string;
  readonly series?: string;
  readonly values?: string;
  readonly quantiles?: string;
  readonly nulls?: string;
}

/** Flags that are a setting each; the help says what the setting is, where it does not stand here. */
export const SHORT: readonly (readonly [flag: string, path: string, about?: string])[] = [
  ['--series-name <name>', 'input.decode.seriesName'],
  ['--time <field>', 'input.decode.time'],
  ['--every <duration>', 'align.every'],
  ['--cell <name>', 'model.cell'],
  ['--hidden <n>', 'model.hidden'],
  ['--layers <n>', 'model.layers'],
  ['--activation <name>', 'model.activation'],
  ['--horizon <n>', 'model.horizon'],
  ['--name <name>', 'model.name'],
  [
    '--seed <n>',
    'model.seed',
    'Seed of the weights to begin with, of the order of the windows, and of dropout',
  ],
  ['--steps <n>', 'train.steps'],
  ['--scored <n>', 'train.scored'],
  ['--stride <n>', 'train.stride'],
  ['--validate <share>', 'train.validate'],
  ['--loss <name>', 'train.loss'],
  ['--epochs <n>', 'train.epochs'],
  ['--patience <n>', 'train.patience'],
  ['--batch <n>', 'train.batch'],
  ['--rate <x>', 'train.rate'],
  ['--decay <x>', 'train.decay'],
  ['--warmup <share>', 'train.warmup'],
  ['--clip <norm>', 'train.clip'],
  ['--dropout <share>', 'train.dropout'],
  ['--forget-bias <x>', 'train.forgetBias'],
  ['--threads <n>', 'train.threads'],
  ['--max-readings <n>', 'train.maxReadings'],
];

/** Of these, what stands there is text, even where it looks like a number. */
const TEXT: ReadonlySet<string> = new Set(['input.decode.seriesName', 'input.decode.time', 'model.name']);

/** The settings that the flags ask for; those of `--set` over those with flags of their own. */
export function trainSettingsFrom(flags: TrainingFlags): TrainSettings {
  const given = flags as unknown as Readonly<Record<string, string | undefined>>;
  const set = SHORT.flatMap(([flag, path]) => {
    const name = /^--([\w-]+)/.exec(flag)![1]!.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const text = given[name];
    return text === undefined ? [] : [`${path}=${TEXT.has(path) ? JSON.stringify(text) : text}`];
  });
  const { data, format, series, values, quantiles, nulls } = flags;
  const { seriesName, time } = given;
  const fields = {
    '--series': series,
    '--series-name': seriesName,
    '--time': time,
    '--values': values,
    '--nulls': nulls,
  };
  if (data) set.unshift(`input=${JSON.stringify(inputOf(data, format, fields))}`);
  else if (format !== undefined) set.unshift(`input.decode.format=${format}`);
  if (series !== undefined) set.push(`input.decode.series=${JSON.stringify(listOf(series))}`);
  if (values !== undefined)
    set.push(`input.decode.values=${values === '*' ? '"*"' : JSON.stringify(values.split(','))}`);
  if (nulls !== undefined)
    set.push(`input.decode.nulls=${JSON.stringify(nulls.split(',').map((code) => code.trim()))}`);
  if (quantiles !== undefined) set.push(`train.quantiles=[${quantiles}]`);
  const isNamed =
    flags.set.some((each) => each.startsWith('input')) ||
    Object.keys(process.env).some((each) => each.startsWith('FORETIDE_INPUT'));
  if (!data && flags.config === undefined && !isNamed) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'There is nothing to train on',
      expected: '--data FILE, or --config FILE with a section input',
      todo: 'foretide train --help shows how.',
    });
  }
  return loadSettings(TrainSettings, {
    defaults: {},
    file: flags.config,
    environment: process.env,
    set: [...set, ...flags.set],
  });
}

function listOf(text: string): string | string[] {
  return text.includes(',') ? text.split(',') : text;
}

interface Described {
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly oneOf?: readonly Described[];
}

/** What the setting behind a flag is, and its default. */
export function aboutFlag(flags: string): string {
  const [, path, about] = SHORT.find(([flag]) => flag === flags)!;
  const schema = z.toJSONSchema(TrainSettings, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  let found: readonly Described[] = [schema as Described];
  for (const key of path.split('.')) {
    found = found
      .flatMap((each) => each.oneOf ?? [each])
      .flatMap(({ properties }) => (properties?.[key] ? [properties[key]] : []));
  }
  // of several formats, that of tables, which is the last
  const { description = '', default: byDefault } = found.at(-1) ?? {};
  return `${about ?? description} (${path}${byDefault === undefined ? '' : `, default: ${JSON.stringify(byDefault)}`})`;
}
