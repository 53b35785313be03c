import {
  checkedSettings,
  mergeSettings,
  settingsTree,
  type SettingsSources,
  type Tree,
} from '../../config/load.ts';
import type { RunSettings } from '../../config/run-settings.ts';
import { ForetideError } from '../../errors.ts';
import type { Pipeline } from '../../pipeline.ts';
import { type Difference, differencesOf } from './differences.ts';

/** What the sides are called, in order; more are hard to tell apart in a chart. */
const NAMES = ['A', 'B', 'C', 'D'] as const;

/** One of the configurations that are compared. */
export interface Side {
  /** A: the pipeline as it is given; the others B, C, D. */
  readonly name: string;
  /** Where its settings come from, for people. */
  readonly from: string;
  readonly settings: RunSettings;
  /** What is said otherwise of it than of A, as it is said; of A nothing. */
  readonly differences: readonly Difference[];
}

export interface SidesGiven {
  /** Of A, and below what the others say. What is set as `B:path=value` is of that side alone. */
  readonly sources: SettingsSources;
  /** Of each other side: a YAML file of settings, a model (.safetensors), or '' for nothing but what is set. */
  readonly others: readonly string[];
}

/**
 * The sides of a comparison. A is the pipeline as it is given; each other one is that with its own file over it: the settings of a YAML file, or
 * another model in place of A's whole section `model`. What is set for one side alone goes over all.
 *
 * @throws ForetideError SETTINGS_INVALID, also where a side reads or decodes something else than A; FILE_UNREADABLE
 */
export function sidesOf(pipeline: Pipeline, { sources, others }: SidesGiven): readonly Side[] {
  if (others.length >= NAMES.length) throw tooMany(others.length);
  const names = NAMES.slice(0, others.length + 1);
  const { common, own } = setsOf(sources.set ?? [], names);
  const base = settingsTree({ ...sources, set: common });
  const trees = names.map((name, i) =>
    mergeSettings(
      treeWith(base, i === 0 ? '' : others[i - 1]!),
      settingsTree({ defaults: {}, set: own.get(name) ?? [] }),
    ),
  );
  const sides = names.map((name, i): Side => {
    const file = i === 0 ? (sources.file ?? pipeline.name) : others[i - 1]! || 'as A';
    return {
      name,
      from: [file, ...(own.get(name) ?? [])].join(', '),
      settings: checkedSettings(pipeline.settings, trees[i]!, name),
      differences: differencesOf(trees[0]!, trees[i]!),
    };
  });
  for (const side of sides.slice(1)) mustReadTheSame(sides[0]!, side);
  return sides;
}

/** What is set for all sides, and for each alone. */
function setsOf(
  set: readonly string[],
  names: readonly string[],
): { readonly common: readonly string[]; readonly own: ReadonlyMap<string, readonly string[]> } {
  const common: string[] = [];
  const own = new Map<string, string[]>();
  for (const assignment of set) {
    const [, name, rest] = /^([A-Z]):(.*)$/s.exec(assignment) ?? [];
    if (name === undefined || rest === undefined) {
      common.push(assignment);
      continue;
    }
    if (!names.includes(name)) throw noSuchSide(name, names);
    own.set(name, [...(own.get(name) ?? []), rest]);
  }
  return { common, own };
}

function treeWith(base: Tree, other: string): Tree {
  if (other === '') return base;
  if (!other.endsWith('.safetensors'))
    return mergeSettings(base, settingsTree({ defaults: {}, file: other }));
  const { model: _, ...rest } = base;
  return { ...rest, model: { file: other } };
}

function mustReadTheSame({ settings: { input } }: Side, { name, settings }: Side): void {
  const others = differencesOf({ input }, { input: settings.input }, new Set());
  if (others.length === 0) return;
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'All sides of a comparison read the same records, and decode them as A does',
    expected: 'no input of its own',
    got: others.map(({ path }) => path).join(', '),
    where: `${name}, --compare`,
    todo: 'Leave input out there, or set it for all with --config or --set.',
  });
}

function tooMany(others: number): ForetideError {
  return new ForetideError('SETTINGS_INVALID', {
    what: 'Too many configurations to compare',
    expected: `at most ${NAMES.length - 1} beside A`,
    got: String(others),
    where: '--compare',
  });
}

function noSuchSide(name: string, names: readonly string[]): ForetideError {
  return new ForetideError('SETTINGS_INVALID', {
    what: 'No such side to set something for',
    expected: names.join(', '),
    got: name,
    where: '--set',
    todo: 'Give one more --compare; without a file it is as A.',
  });
}
