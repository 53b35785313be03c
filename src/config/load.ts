import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { ForetideError } from '../errors.ts';
import { TOKEN_VARIABLE } from '../serve/token.ts';
import { explainIssues } from './explain.ts';

/** Settings before they are checked. */
export type Tree = Record<string, unknown>;

/** Where settings come from, later ones over earlier ones: the pipeline's defaults, a YAML file, the environment, `--set`. */
export interface SettingsSources {
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Path of a YAML file. */
  readonly file?: string | undefined;
  /** Variables such as FORETIDE_INPUT__TOPIC=readings. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `a.b=v` each; v is read as YAML. */
  readonly set?: readonly string[];
}

const PREFIX = 'FORETIDE_';

/** Of this beginning, and no settings. */
const NO_SETTINGS: ReadonlySet<string> = new Set([TOKEN_VARIABLE]);

/**
 * Reads the settings from all their sources and checks them.
 *
 * @throws ForetideError SETTINGS_INVALID with every fault at once, a line each.
 */
export function loadSettings<S>(schema: z.ZodType<S>, sources: SettingsSources): S {
  return checkedSettings(schema, settingsTree(sources));
}

/**
 * What all sources say together.
 *
 * @throws ForetideError FILE_UNREADABLE; SETTINGS_INVALID for what cannot be read as settings
 */
export function settingsTree(sources: SettingsSources): Tree {
  return [
    structuredClone(sources.defaults),
    sources.file ? readYamlFile(sources.file) : {},
    treeOfEnvironment(sources.environment ?? {}),
    treeOfAssignments(sources.set ?? []),
  ].reduce(mergeSettings);
}

/**
 * @param whose for the message, where there are several
 * @throws ForetideError SETTINGS_INVALID with every fault at once, a line each.
 */
export function checkedSettings<S>(schema: z.ZodType<S>, tree: Tree, whose?: string): S {
  const result = schema.safeParse(tree, { reportInput: true });
  if (result.success) return result.data;
  throw invalid(explainIssues(result.error.issues, schema).join('\n  '), whose);
}

function invalid(lines: string, whose?: string): ForetideError {
  const settings = whose === undefined ? 'The settings' : `The settings of ${whose}`;
  return new ForetideError('SETTINGS_INVALID', { what: `${settings} do not fit\n  ${lines}\n` });
}

/** One tree of all variables, so that their order does not matter: FORETIDE_INPUT__BROKERS comes before …__KIND. */
function treeOfEnvironment(environment: Readonly<Record<string, string | undefined>>): Tree {
  return Object.entries(environment)
    .filter(([name, text]) => name.startsWith(PREFIX) && !NO_SETTINGS.has(name) && text !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, text]) => branch(name.slice(PREFIX.length).split('__').map(camelCase), scalar(text ?? '')))
    .reduce(mergeSettings, {});
}

/** One tree of all `path=value`; a later one wins. */
function treeOfAssignments(assignments: readonly string[]): Tree {
  return assignments
    .map((assignment) => {
      const equals = assignment.indexOf('=');
      // not the whole of it: what stands there may be a secret
      if (equals < 1)
        throw invalid(`--set ${/^[\w.]*/.exec(assignment)![0]}: expected path=value, got one without =`);
      return branch(assignment.slice(0, equals).split('.'), scalar(assignment.slice(equals + 1)));
    })
    .reduce(mergeSettings, {});
}

function readYamlFile(path: string): Tree {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new ForetideError('FILE_UNREADABLE', {
      what: 'Cannot read the settings file',
      got: cause instanceof Error ? cause.message : String(cause),
      where: path,
      cause,
    });
  }
  let tree: unknown;
  try {
    tree = parseYaml(text, { prettyErrors: true });
  } catch (cause) {
    // the first line says where; the lines of the file below it may hold a secret
    const [first] = (cause instanceof Error ? cause.message : String(cause)).split('\n');
    throw invalid(`${path}: ${first!.replace(/:$/, '')}`);
  }
  if (tree === null) return {};
  if (isTree(tree)) return tree;
  throw invalid(`${path}: expected keys and values, got ${Array.isArray(tree) ? 'a list' : typeof tree}`);
}

function scalar(text: string): unknown {
  // blank, and what YAML takes for the beginning of a text on the next lines: `--set input.decode.delimiter=|`
  if (/^\s*$|^[|>]/.test(text)) return text;
  try {
    return parseYaml(text) as unknown;
  } catch {
    return text;
  }
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function branch(path: readonly string[], value: unknown): Tree {
  return path.reduceRight<unknown>((below, key) => ({ [key]: below }), value) as Tree;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What tells the variants of a section apart: another kind of input does not inherit the settings of the one before. */
const VARIANTS = ['kind', 'format'];
/** Two ways to say the same, of which one alone may be given: whoever says one does not mean the other any more. */
const ALTERNATIVES: Readonly<Record<string, string>> = { series: 'seriesName', seriesName: 'series' };

/** A new tree, what is said twice as the second has it; keys such as `__proto__` are keys like any other, and are refused by the schema. */
export function mergeSettings(base: Tree, over: Tree): Tree {
  const has = (tree: Tree, key: string): boolean => Object.hasOwn(tree, key);
  const isOther = VARIANTS.some((key) => has(over, key) && has(base, key) && over[key] !== base[key]);
  const merged: Tree = isOther ? {} : { ...base };
  for (const [key, other] of Object.entries(ALTERNATIVES))
    if (has(over, key) && !has(over, other)) delete merged[other];
  for (const [key, value] of Object.entries(over)) {
    const below = has(merged, key) ? merged[key] : undefined;
    Object.defineProperty(merged, key, {
      value: isTree(value) ? mergeSettings(isTree(below) ? below : {}, value) : value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return merged;
}
