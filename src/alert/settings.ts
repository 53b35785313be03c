import { z } from 'zod';
import { Duration } from '../duration.ts';
import { ALERT_NUMBERS } from './turn.ts';

/** A duration, or none at all: milliseconds. */
const Span = z.union([z.literal('none').transform(() => 0), Duration]);

/** A stretch of time in which alerts of some series are kept to themselves. */
const Maintenance = z.strictObject({
  series: z.string().min(1).describe('Series that it holds for; * stands for any text'),
  from: z.iso
    .datetime({ offset: true })
    .transform(Date.parse)
    .describe('Its beginning: an instant, as event time'),
  to: z.iso.datetime({ offset: true }).transform(Date.parse).describe('Its end'),
});

/** When an alert begins and ends, and what is said and left unsaid of it. */
export const AlertSettings = z
  .strictObject({
    raise: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe(
        'Oddness at which an alert begins; 0.33 is as rare as one reading in 10,000, 0.5 as one in a million',
      ),
    clear: z.number().min(0).max(1).default(0.25).describe('Oddness below which it may end'),
    critical: z
      .number()
      .min(0)
      .max(1)
      .default(0.75)
      .describe('Oddness from which it is critical, not a warning'),
    holdFor: Span.prefault('none').describe(
      'How long the oddness must stay up before the alert fires, in event time',
    ),
    clearFor: Span.prefault('10m').describe('How long it must stay down before the alert is over'),
    cooldown: Span.prefault('none').describe('How long after an alert of a series there is no other'),
    warmUp: z.int().min(0).default(400).describe('Readings of a series before its first alert'),
    flaps: z
      .int()
      .min(1)
      .default(4)
      .describe('Alerts of a series within `flapWithin` that make the next one stay'),
    flapWithin: Duration.prefault('1h').describe(
      'A series whose alerts come and go keeps the last until it was calm for so long',
    ),
    budget: z
      .union([z.literal('none').transform(() => 0), z.number().positive()])
      .prefault('none')
      .describe(
        'Alerts a week of 100 series: a series has one only for what is odder than its own past, as that would have kept it',
      ),
    labels: z
      .string()
      .optional()
      .refine(isExpression, 'expected a regular expression with named groups, such as (?<site>[^.]+)')
      .superRefine(hasOwnNames)
      .describe('Labels of an alert from the name of its series: a regular expression with named groups'),
    maintenance: z
      .array(Maintenance)
      .default([])
      .describe('Stretches of time in which alerts are told to nobody'),
  })
  .refine(({ raise, clear }) => clear <= raise, {
    error: 'expected clear to be at most raise',
    path: ['clear'],
  })
  .refine(({ raise, critical }) => raise <= critical, {
    error: 'expected critical to be at least raise',
    path: ['critical'],
  })
  .prefault({});
export type AlertSettings = z.output<typeof AlertSettings>;

/** What an alert says of itself. */
const TAKEN: ReadonlySet<string> = new Set([
  ...ALERT_NUMBERS,
  'id',
  'series',
  'channel',
  'state',
  'severity',
  'reason',
  'muted',
  'time',
  'since',
  'h',
  'model',
  'labels',
  'alertname',
  'revision',
  'withdraws',
  'news',
]);

function hasOwnNames(text: string | undefined, context: z.RefinementCtx): void {
  const names = Array.from((text ?? '').matchAll(/\(\?<([\p{ID_Continue}$]+)>/gu), ([, name]) => name!);
  const taken = names.filter((name) => TAKEN.has(name));
  if (taken.length === 0) return;
  context.addIssue(
    `expected names that an alert does not have already, such as site or machine, got ${taken.join(', ')}`,
  );
}

function isExpression(text: string | undefined): boolean {
  if (text === undefined) return true;
  try {
    return new RegExp(text, 'u').source.includes('(?<');
  } catch {
    return false;
  }
}
