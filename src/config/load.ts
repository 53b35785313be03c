import { readFileSync } from 'node:fs';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { ForetideError } from '../errors.ts';
import { explainIssues } from './explain.ts';

type Tree = Record<string, unknown>;

/** Where settings come from, later ones over earlier ones: the pipeline's defaults, a YAML file, the environment, `--set`. */
export interface SettingsSources {
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly file?: string | undefined;
  /** Variables such as FORETIDE_INPUT__TOPIC=readings. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `a.b=v` each; v is read as YAML. */
  readonly set?: readonly string[];
}

const PREFIX = 'FORETIDE_';

/**
 * Reads the settings from all their sources and checks them.
 *
 * @throws ForetideError SETTINGS_INVALID with every fault at once, a line each.
 */
export function loadSettings<S>(schema: z.ZodType<S>, sources: SettingsSources): S {
  let tree: Tree = structuredClone(sources.defaults);
  if (sources.file) tree = merge(tree, readYamlFile(sources.file));
  for (const [name, text] of Object.entries(sources.environment ?? {}).toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  )) {
    if (!name.startsWith(PREFIX) || text === undefined) continue;
    tree = merge(tree, branch(name.slice(PREFIX.length).split('__').map(camelCase), scalar(text)));
  }
  for (const assignment of sources.set ?? []) {
    const equals = assignment.indexOf('=');
    if (equals < 1) throw invalid(`--set ${assignment}: expected path=value`);
    tree = merge(tree, branch(assignment.slice(0, equals).split('.'), scalar(assignment.slice(equals + 1))));
  }
  const result = schema.safeParse(tree, { reportInput: true });
  if (result.success) return result.data;
  throw invalid(explainIssues(result.error.issues, schema).join('\n  '));
}

function invalid(lines: string): ForetideError {
  return new ForetideError('SETTINGS_INVALID', { what: `The settings do not fit\n  ${lines}\n` });
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
    throw invalid(`${path}: ${cause instanceof Error ? cause.message.trimEnd() : String(cause)}`);
  }
  if (tree === null) return {};
  if (isTree(tree)) return tree;
  throw invalid(`${path}: expected keys and values, got ${Array.isArray(tree) ? 'a list' : typeof tree}`);
}

function scalar(text: string): unknown {
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

function merge(base: Tree, over: Tree): Tree {
  const otherVariant = VARIANTS.some((key) => key in over && key in base && over[key] !== base[key]);
  const merged: Tree = otherVariant ? {} : { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = Object.hasOwn(merged, key) ? merged[key] : undefined;
    Object.defineProperty(merged, key, {
      value: isTree(value) ? merge(isTree(below) ? below : {}, value) : value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return merged;
}
