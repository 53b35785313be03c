import { z } from 'zod';
import { checkOrder, Instant } from './instant.ts';
import { SeriesNames } from './series-names.ts';

/** What of an archive is read; the settings of every source of history have it. */
export const archiveRange = {
  series: SeriesNames,
  from: Instant.optional().describe(
    'Event time that it begins at, an ISO 8601 date or ms since 1970; default: the first reading',
  ),
  to: Instant.optional().describe(
    'Event time that it ends before; default: after the newest reading that is there when the run starts. A run that is to be gone on with names an instant that nothing more comes before',
  ),
};

/** Settings of the SQLite file of an earlier run that readings come from. */
export const SqliteArchiveSettings = z
  .strictObject({
    path: z
      .string()
      .min(1)
      .describe('The file: store.path of that run. Another process may be writing to it'),
    ...archiveRange,
  })
  .superRefine(checkOrder);
export type SqliteArchiveSettings = z.output<typeof SqliteArchiveSettings>;
