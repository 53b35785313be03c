import { extname } from 'node:path';
import { ForetideError } from '../errors.ts';

/** What is in a file: records of a format, or with `sqlite` the readings that an earlier run kept. */
export type DataKind = 'csv' | 'parquet' | 'json' | 'line-protocol' | 'telegraf' | 'sqlite';

const KINDS: Readonly<Record<string, DataKind>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.parquet': 'parquet',
  '.pq': 'parquet',
  '.ndjson': 'json',
  '.jsonl': 'json',
  '.json': 'json',
  '.lp': 'line-protocol',
  '.line': 'line-protocol',
  '.sqlite': 'sqlite',
  '.sqlite3': 'sqlite',
  '.db': 'sqlite',
};

/** Extensions that say what is in a file. */
export const EXTENSIONS: readonly string[] = Object.keys(KINDS);

/** Extensions of what is packed: `readings.csv.gz`. */
const PACKED: ReadonlySet<string> = new Set(['.gz', '.zst', '.zstd']);

/** What a path's extension says of its content; undefined where it says nothing. */
export function kindOf(path: string): DataKind | undefined {
  return KINDS[extname(unpackedName(path)).toLowerCase()];
}

/** The path without the extension that says how it is packed. */
export function unpackedName(path: string): string {
  const extension = extname(path);
  return PACKED.has(extension.toLowerCase()) ? path.slice(0, -extension.length) : path;
}

/**
 * The section `input` for the file of an earlier run, in which it is settled what series, times and values are.
 *
 * @param flags what was said of fields, by the names of the flags
 * @throws ForetideError SETTINGS_INVALID for more files than one, and for flags that would be passed over
 */
export function inputOfRun(
  paths: readonly string[],
  flags: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (paths.length > 1) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'Only one SQLite file can be read at a time',
      expected: 'one --data',
      got: String(paths.length),
      where: '--data',
    });
  }
  const given = Object.keys(flags).filter((flag) => flags[flag] !== undefined);
  if (given.length === 0) return { kind: 'sqlite', path: paths[0] };
  throw new ForetideError('SETTINGS_INVALID', {
    what: 'The file of a run has series, times and values of its own',
    expected: 'no flags that say where they stand',
    got: given.join(', '),
    where: paths[0]!,
    todo: 'Leave them out; --set input.series=[a,b] reads some of the series.',
  });
}
