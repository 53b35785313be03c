import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { Instant } from './instant.ts';
import { SeriesNames } from './series-names.ts';

/** How fast a recording plays. */
export type Pace =
  | { readonly kind: 'max' }
  | { readonly kind: 'times'; readonly factor: number }
  | { readonly kind: 'within'; readonly ms: number };

/** `max`, `60x` (60 times as fast as it was), or `3m` (the whole recording in three minutes). */
export const PaceSettings = z.string().transform((text, context): Pace => {
  if (text === 'max') return { kind: 'max' };
  const times = /^(\d+(?:\.\d+)?)x$/.exec(text);
  if (times && Number(times[1]) > 0) return { kind: 'times', factor: Number(times[1]) };
  const ms = parseDuration(text);
  if (ms !== undefined && ms > 0) return { kind: 'within', ms };
  context.addIssue({
    code: 'custom',
    message: 'expected max, a factor such as 60x, or a duration such as 3m',
    input: text,
  });
  return z.NEVER;
});

/** Settings of files that readings come from. */
export const FileSettings = z.strictObject({
  paths: z
    .array(z.string().min(1))
    .min(1)
    .describe(
      'Files, each a partition of its own: with decode.format csv a table that begins with the names of its columns, with parquet a Parquet file, else one record a line. Text may be packed by gzip or Zstandard. `bundled:NAME` is a bundled recording',
    ),
  pace: PaceSettings.prefault('max').describe(
    'How fast it plays: max, 60x (times as fast as it was), 3m (all of it in three minutes)',
  ),
  series: SeriesNames,
  from: Instant.optional().describe(
    'Event time that it begins at, an ISO 8601 date or ms since 1970; what is older is passed over; default: the first reading',
  ),
  to: Instant.optional().describe(
    'Event time that it ends before; the file is read to its end all the same, for it need not be in order; default: the last reading',
  ),
});
export type FileSettings = z.output<typeof FileSettings>;
