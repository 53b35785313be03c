import { extname } from 'node:path';
import { ForetideError } from '../errors.ts';
import { EXTENSIONS, inputOfRun, kindOf, unpackedName } from '../source/data-kind.ts';

/**
 * The section `input` of the settings for data that are named by their paths.
 *
 * @param format as `input.decode.format`, or sqlite; undefined: what the extensions say
 * @param flags what was said of fields, by the names of the flags
 * @throws ForetideError SETTINGS_INVALID where they do not say it, or not the same; see `inputOfRun`
 */
export function inputOf(
  paths: readonly string[],
  format?: string,
  flags: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const kinds = paths.map((path) => format ?? kindOf(path));
  const unknown = kinds.indexOf(undefined);
  if (unknown >= 0) {
    throw new ForetideError('SETTINGS_INVALID', {
      what: 'Its extension does not say what is in the file',
      expected: `one of ${EXTENSIONS.join(', ')}`,
      got: extname(paths[unknown]!) || 'none',
      where: paths[unknown]!,
      todo: 'Say it: --format csv, parquet, json, line-protocol, telegraf or sqlite.',
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
  if (kind === 'sqlite') return inputOfRun(paths, flags);
  const tabs = kind === 'csv' && paths.every((path) => extname(unpackedName(path)).toLowerCase() === '.tsv');
  return { kind: 'file', paths, pace: 'max', decode: { format: kind, ...(tabs && { delimiter: '\t' }) } };
}
