import { extname } from 'node:path';
import { ForetideError } from '../errors.ts';

/** What a path's extension says of its content; `sqlite` is the file of an earlier run. */
const KINDS: Readonly<Record<string, Kind>> = {
  '.csv': 'csv',
  '.tsv': 'csv',
  '.ndjson': 'json',
  '.jsonl': 'json',
  '.json': 'json',
  '.lp': 'line-protocol',
  '.line': 'line-protocol',
  '.sqlite': 'sqlite',
  '.sqlite3': 'sqlite',
  '.db': 'sqlite',
};
type Kind = 'csv' | 'json' | 'line-protocol' | 'telegraf' | 'sqlite';

/**
 * The section `input` of the settings for data that are named by their paths.
 *
 * @param format as `input.decode.format`, or sqlite; undefined: what the extensions say
 * @throws ForetideError SETTINGS_INVALID where they do not say it, or not the same
 */
export function inputOf(paths: readonly string[], format?: string): Readonly<Record<string, unknown>> {
  const kinds = paths.map((path) => format ?? KINDS[extname(path).toLowerCase()]);
  const unknown = kinds.indexOf(undefined);
  if (unknown >= 0) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'Its extension does not say what is in the file',
      expected: `one of ${Object.keys(KINDS).join(', ')}`,
      got: extname(paths[unknown]!) || 'none',
      where: paths[unknown]!,
      todo: 'Say it: --format csv, json, line-protocol, telegraf or sqlite.',
    });
  }
  const [kind] = kinds;
  if (kinds.some((other) => other !== kind)) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'The files are of different formats',
      expected: `${kind} as the first`,
      got: kinds.join(', '),
      where: '--data',
      todo: 'Train on files of one format, or say which it is by --format.',
    });
  }
  if (kind === 'sqlite') {
    if (paths.length === 1) return { kind, path: paths[0] };
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'Only one SQLite file can be trained on at a time',
      expected: 'one --data',
      got: String(paths.length),
      where: '--data',
    });
  }
  const tabs = kind === 'csv' && paths.every((path) => extname(path).toLowerCase() === '.tsv');
  return { kind: 'file', paths, pace: 'max', decode: { format: kind, ...(tabs && { delimiter: '\t' }) } };
}
