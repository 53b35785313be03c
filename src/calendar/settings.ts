import { z } from 'zod';
import { closestOf } from './closest.ts';
import { placesIn } from './holidays.ts';
import { ZONE_NAMES } from './zone.ts';

/** What is wrong with the name of a zone, if anything. */
export function zoneFault(zone: string): string | undefined {
  if (ZONE_NAMES.includes(zone)) return undefined;
  const near = closestOf(
    zone,
    ZONE_NAMES.flatMap((name) => [
      [name, name],
      [name.slice(name.lastIndexOf('/') + 1), name],
    ]),
  );
  return `expected the IANA name of a time zone, such as ${near}`;
}

/** What is wrong with the name of a place, if anything. */
export function placeFault(place: string): string | undefined {
  const parts = place.split('/');
  if (parts.length > 3) return 'expected COUNTRY, COUNTRY/STATE or COUNTRY/STATE/REGION';
  for (const [i, code] of parts.entries()) {
    const known = placesIn(parts.slice(0, i));
    if (Object.hasOwn(known, code)) continue;
    const before = parts.slice(0, i).join('/');
    if (Object.keys(known).length === 0)
      return `expected ${before} alone: no ${['', 'states', 'regions'][i]!} of it are known`;
    const near = closestOf(
      code,
      Object.entries(known).flatMap(([key, name]) => [
        [key, key],
        [name, key],
      ]),
    );
    const kind = ['the ISO 3166 code of a country', `a state of ${before}`, `a region of ${before}`][i]!;
    return `expected ${kind}, such as ${before && `${before}/`}${near} (${known[near]!})`;
  }
  return undefined;
}

export const CalendarSettings = z
  .strictObject({
    zone: z
      .string()
      .superRefine((zone, context) => tell(zoneFault(zone), context))
      .default('UTC')
      .describe('Time zone whose days, weeks and seasons the series follow, by its IANA name: Europe/Berlin'),
    holidays: z
      .string()
      .superRefine((place, context) => tell(placeFault(place), context))
      .optional()
      .describe(
        'Country, state and region whose public holidays count as such: DE, DE/BY, US/LA/NO; default: none',
      ),
  })
  .prefault({});
export type CalendarSettings = z.infer<typeof CalendarSettings>;

function tell(fault: string | undefined, context: z.RefinementCtx): void {
  if (fault !== undefined) context.addIssue({ code: 'custom', message: fault, input: context.value });
}
