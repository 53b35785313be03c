import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { PAST } from './past.ts';

const MOST = PAST - 1;
const EXPECTED = `expected auto, none, a duration such as 2m, or 2 to ${MOST} steps`;

function isSeason(season: number | string): boolean {
  if (typeof season === 'number') return Number.isInteger(season) && season >= 2 && season <= MOST;
  return season === 'auto' || season === 'none' || (parseDuration(season) ?? 0) > 0;
}

/** How long a season of the series is, where that is to be said. Stays as it was written: settings are parsed again. */
export const SeasonSetting = z
  .union([z.number(), z.string()])
  .superRefine((season, context) => {
    if (!isSeason(season)) context.addIssue({ code: 'custom', message: EXPECTED, input: season });
  })
  .default('auto')
  .describe(
    `How long a season is whose last one says what to expect: a duration, or steps, up to ${MOST} steps. auto: the day, or where its steps do not fit the week; else a period of 4 to 144 steps that is found in the series' own past. none: no season`,
  );
export type SeasonSetting = z.infer<typeof SeasonSetting>;

/** Steps of a season that is given, by the sampling step, ms; 0 where the past does not hold them, or there is to be none. */
export type GivenSeason = (step: number) => number;

/** What the setting gives; undefined with `auto`. */
export function givenSeason(season: SeasonSetting): GivenSeason | undefined {
  if (season === 'auto') return undefined;
  if (season === 'none') return () => 0;
  if (typeof season === 'number') return () => season;
  const duration = parseDuration(season)!;
  return (step) => {
    const steps = step > 0 ? Math.round(duration / step) : 0;
    return steps >= 2 && steps <= MOST ? steps : 0;
  };
}
