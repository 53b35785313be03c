import { closest, distance } from 'fastest-levenshtein';
import type { z } from 'zod';
import { SecretSettings } from '../secret.ts';

type Issue = z.core.$ZodIssue;

/** Settings under which somebody may have written a secret by mistake, beside those whose schema is `SecretSettings`. */
const SECRET = /token|password|secret|sasl/i;

/** Every fault of some settings as `path: expected …, got …`, with a suggestion for a misspelt key. */
export function explainIssues(issues: readonly Issue[], schema: z.ZodType): string[] {
  return issues.flatMap((issue) => explain(issue, schema));
}

function explain(issue: Issue, schema: z.ZodType): string[] {
  const path = issue.path.map(String).join('.') || 'settings';
  const isSecret = schemasAt(schema, issue.path).some((at) => isSecretSettings(at));
  const got = isSecret || SECRET.test(path) ? shownSecret(issue.input) : shown(issue.input);
  if (isSecret && typeof issue.input !== 'object') {
    return [`${path}: expected { env: NAME } or { file: PATH }, got ${got}`];
  }
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, issue.path, issue.input);
      return issue.keys.map((key) => {
        const full = [...issue.path.map(String), key].join('.');
        const near = known.length > 0 ? closest(key, known) : '';
        const likely = near && distance(key, near) <= Math.max(2, key.length / 3);
        return `${full}: no such setting${likely ? `; did you mean ${near}?` : known.length > 0 ? `; there are ${known.join(', ')}` : ''}`;
      });
    }
    case 'invalid_type':
      // a schema may say it better than the name of a type does
      return [
        `${path}: ${issue.message.startsWith('expected') ? issue.message : `expected ${issue.expected}`}, got ${got}`,
      ];
    case 'invalid_value': {
      return [`${path}: ${oneOf(issue.values, issue.input)}`];
    }
    case 'invalid_union': {
      if (issue.discriminator !== undefined) {
        // the input of this issue is the whole section
        const given = (issue.input as Readonly<Record<string, unknown>> | undefined)?.[issue.discriminator];
        return [`${path}: ${oneOf((issue as { options?: unknown[] }).options ?? [], given)}`];
      }
      const nearest = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0];
      if (nearest && depth(nearest) > 0) {
        return nearest.flatMap((inner) =>
          explain({ ...inner, path: [...issue.path, ...inner.path] }, schema),
        );
      }
      const expected = issue.errors.flatMap((branch) =>
        branch.map((inner) =>
          explain({ ...inner, path: [] }, schema)[0]
            ?.replace(/^settings: expected /, '')
            .replace(/, got .*$/, ''),
        ),
      );
      return [`${path}: expected ${[...new Set(expected)].join(' or ')}, got ${got}`];
    }
    case 'too_small':
      return [
        `${path}: expected ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${sizeOf(issue.origin)}, got ${got}`,
      ];
    case 'too_big':
      return [
        `${path}: expected ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${sizeOf(issue.origin)}, got ${got}`,
      ];
    default:
      return [`${path}: ${issue.message}${issue.message.includes('got') ? '' : `, got ${got}`}`];
  }
}

/** `expected one of a, b, got …`, with the value that was probably meant. */
function oneOf(options: readonly unknown[], input: unknown): string {
  const values = options.map(String);
  const near = typeof input === 'string' && values.length > 0 ? closest(input, values) : '';
  const likely = near && distance(String(input), near) <= 2 ? `; did you mean ${near}?` : '';
  return `expected ${values.length > 1 ? 'one of ' : ''}${values.join(', ')}, got ${shown(input)}${likely}`;
}

function depth(issues: readonly Issue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

function sizeOf(origin: string): string {
  return origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';
}

function shownSecret(input: unknown): string {
  if (input === undefined || (typeof input === 'object' && input !== null)) return shown(input);
  return `a ${typeof input === 'string' ? 'text' : 'value'} (not shown)`;
}

/** A short form of what was given; never more than 60 characters of it. */
function shown(input: unknown): string {
  if (input === undefined) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'object' && input !== null) return 'keys and values';
  const text = typeof input === 'bigint' || typeof input === 'symbol' ? String(input) : JSON.stringify(input);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

interface Definition {
  readonly type?: string;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly innerType?: z.ZodType;
  readonly in?: z.ZodType;
  readonly options?: readonly z.ZodType[];
  readonly element?: z.ZodType;
}

/** The keys that the schema knows at this path, for suggestions. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[], input: unknown): string[] {
  const shapes = schemasAt(schema, path).flatMap((candidate) => objectsOf(candidate));
  const given = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  // of a union, the variant that shares most keys with what was given
  const best = shapes.toSorted((a, b) => shared(b, given) - shared(a, given))[0];
  return best ? Object.keys(best) : [];
}

/** The schemas that may stand at this path: several below a union. */
function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
  return path.reduce<z.ZodType[]>(
    (candidates, key) =>
      candidates.flatMap((candidate) => [
        ...(typeof key === 'number' ? elementsOf(candidate) : []),
        ...objectsOf(candidate).flatMap((shape) => (Object.hasOwn(shape, key) ? [shape[String(key)]!] : [])),
      ]),
    [schema],
  );
}

function isSecretSettings(schema: z.ZodType): boolean {
  // `describe`, `optional` and `prefault` wrap or copy a schema; its definition stays the same object
  if (schema.def === SecretSettings.def) return true;
  const inner = (schema.def as Definition).innerType;
  return inner !== undefined && isSecretSettings(inner);
}

function shared(shape: Readonly<Record<string, unknown>>, given: readonly string[]): number {
  return given.filter((key) => Object.hasOwn(shape, key)).length;
}

function objectsOf(schema: z.ZodType): Readonly<Record<string, z.ZodType>>[] {
  const definition = schema.def as Definition;
  if (definition.shape) return [definition.shape];
  if (definition.options) return definition.options.flatMap((option) => objectsOf(option));
  const inner = definition.innerType ?? definition.in;
  return inner ? objectsOf(inner) : [];
}

/** What the entries of a list may be. */
function elementsOf(schema: z.ZodType): z.ZodType[] {
  const definition = schema.def as Definition;
  if (definition.element) return [definition.element];
  const inner = definition.innerType ?? definition.in;
  return inner ? elementsOf(inner) : [];
}
