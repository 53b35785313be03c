import { z } from 'zod';

/** Which series of a source are read; the settings of every source have it. */
export const SeriesNames = z
  .array(z.string().min(1))
  .min(1)
  .optional()
  .describe(
    'Series that are read, by their names, in which * stands for any text: [boiler-*, pump.flow]; default: all',
  );
