import { z } from 'zod';
import { CalendarSettings } from '../calendar/settings.ts';
import { SeasonSetting } from './season-setting.ts';

const Level = z.number().gt(0).lt(1);

export const ForecastSettings = z
  .strictObject({
    profile: z
      .enum(['light', 'full'])
      .default('light')
      .describe(
        'Who is asked. light: six experts, about 16 KB a channel with the defaults; full: nine, and a cell of each series’ own that learns. The head of the model in model.file is one more in both',
      ),
    learn: z
      .enum(['none', 'head', 'full'])
      .optional()
      .describe(
        "What learns from every reading. none: nothing, the model's own head forecasts; head: experts and their mixture; full: the cell too. Default: head, with profile full: full",
      ),
    weights: z
      .enum(['series', 'partition'])
      .default('series')
      .describe(
        'Whose the weights are that readouts and cell learn. series: each series has its own; partition: all series of a partition (a file, a partition of the topic) teach and use one set, and each keeps its own mixture and bands',
      ),
    learnFrom: z
      .enum(['all', 'usual'])
      .default('all')
      .describe('usual: readings that `detect` marks as anomalous are not learned from'),
    onDrift: z
      .enum(['tell', 'relearn'])
      .default('tell')
      .describe(
        'What a growth of the errors does, found by Page–Hinkley. tell: only an event and the column `drift`; relearn: the readouts learn as freely as at the beginning',
      ),
    targets: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe(
        'Channels that are forecast, by their names; the others are inputs of the cell alone. Default: all',
      ),
    horizons: z
      .array(z.int().min(1).max(512))
      .min(1)
      .optional()
      .describe('Steps ahead that are forecast, e.g. [1, 24, 48]; default: 1 to model.horizon'),
    store: z
      .array(z.int().min(1))
      .min(1)
      .default([1, 6, 12])
      .describe('Horizons whose forecasts are written out, in steps'),
    level: Level.default(0.9).describe('Share of the targets that the band `lo` to `hi` is to hold'),
    levels: z
      .array(Level)
      .default([0.5, 0.8, 0.95])
      .describe(
        'Levels of further bands, for pipelines of your own that have the stage furtherBands; never crossing',
      ),
    coverageTolerance: z
      .number()
      .min(0.01)
      .max(0.5)
      .default(0.03)
      .describe(
        'An event tells when the live coverage of `lo` to `hi` has left `level` by more than this, at the horizons of `store`; one more when it is back within half of it',
      ),
    bandRate: z.number().gt(0).max(0.5).default(0.03).describe('Step size of the bands’ quantile tracking'),
    season: SeasonSetting,
    calendar: CalendarSettings,
    yearly: z
      .boolean()
      .default(false)
      .describe(
        'Whether the time of the year is among the features, beside that of the day and of the week: for series that have run for years',
      ),
  })
  .prefault({});
export type ForecastSettings = z.infer<typeof ForecastSettings>;
