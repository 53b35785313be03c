import { isDeepStrictEqual } from 'node:util';
import { OPERATIONAL } from '../../run/fingerprint.ts';

/** A setting of which two configurations say something else; null where one says nothing. */
export interface Difference {
  /** E.g. `model.hidden`. */
  readonly path: string;
  readonly a: unknown;
  readonly other: unknown;
}

/**
 * The settings that differ, in the order of their paths.
 *
 * @param except sections that are left out; default: those that change no result, of which some tell where secrets are
 */
export function differencesOf(
  a: object,
  other: object,
  except: ReadonlySet<string> = OPERATIONAL,
): readonly Difference[] {
  const keys = [...new Set([...Object.keys(a), ...Object.keys(other)])].toSorted();
  return keys
    .filter((key) => !except.has(key))
    .flatMap((key) => below(key, Reflect.get(a, key) as unknown, Reflect.get(other, key) as unknown));
}

function below(path: string, a: unknown, other: unknown): readonly Difference[] {
  if (isDeepStrictEqual(a, other)) return [];
  if (isSection(a ?? {}) && isSection(other ?? {})) {
    return differencesOf(a ?? {}, other ?? {}, new Set()).map((each) => ({
      ...each,
      path: `${path}.${each.path}`,
    }));
  }
  return [{ path, a: a ?? null, other: other ?? null }];
}

function isSection(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
