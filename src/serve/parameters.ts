import { z } from 'zod';
import { Duration } from '../duration.ts';
import { Speed } from '../speed.ts';
import { SORTS } from './series-index.ts';
import { STANDINGS } from './standing.ts';

const number = z
  .string()
  .regex(/^-?\d{1,16}(\.\d+)?$/, 'expected a number')
  .transform(Number);
const count = (least: number, most: number): z.ZodType<number, string> =>
  number.pipe(z.number().int().min(least).max(most));
const series = z.string().min(1).max(1024);

/** `/api/series?q=&sort=&standing=&offset=&limit=` */
export const SeriesParameters = z.strictObject({
  q: z.string().max(200).default(''),
  sort: z.enum(SORTS).default('attention'),
  standing: z.enum(STANDINGS).optional(),
  offset: count(0, 10_000_000).default(0),
  limit: count(1, 500).default(100),
});

/**
 * `/api/history?series=&from=&to=` in milliseconds of event time. Instead of `from`: `last` readings, or a `span` in
 * milliseconds before the newest. `h` leaves out what other horizons forecast for the past. `rows` is what the chart has room for.
 */
export const HistoryParameters = z
  .strictObject({
    series,
    from: number.optional(),
    to: number.optional(),
    last: count(1, 5000).optional(),
    span: number.pipe(z.number().min(0)).optional(),
    h: z.string().min(1).max(32).optional(),
    rows: count(10, 5000).default(2000),
  })
  .refine(({ from, last, span }) => [from, last, span].filter((one) => one !== undefined).length <= 1, {
    path: ['from'],
    message: 'expected one of from, last and span, got more',
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['to'],
    message: 'expected to >= from',
  });

/** Body of `POST /api/alerts/mute`: nobody is told of alerts of these series (`*` stands for any text) before `until`, ms of event time. */
export const MuteBody = z.strictObject({ series, until: z.number() });

/** Body of `POST /api/alerts/feedback`: whether an alert of this series was a true one. */
export const FeedbackBody = z.strictObject({ series, isTrue: z.boolean() });

/** Body of `POST /api/replay`: a step is of one reading unless it names more of them, or a stretch of event time such as `1h`. */
export const ReplayBody = z.discriminatedUnion('action', [
  z.strictObject({ action: z.enum(['pause', 'resume']) }),
  z
    .strictObject({
      action: z.literal('step'),
      readings: z.int().min(1).max(1_000_000).optional(),
      time: Duration.optional(),
    })
    .refine(({ readings, time }) => readings === undefined || time === undefined, {
      path: ['time'],
      message: 'expected one of readings and time, got both',
    }),
  z.strictObject({ action: z.literal('speed'), speed: Speed }),
]);

/** `/api/rewind`: what a series forgets, in event time, ms. */
export const RewindBody = z.strictObject({
  series,
  to: z.number(),
  excise: z.tuple([z.number(), z.number()]).optional(),
});

/** Body of `POST /api/candidate/begin`: what lies over the settings of the run. */
export const CandidateBody = z.strictObject({ over: z.record(z.string(), z.unknown()) });

/** Body of what needs to be told nothing: `{}`. */
export const EmptyBody = z.strictObject({});

/** `/api/bands?series=` */
export const BandsParameters = z.strictObject({ series });

/** `/api/live?series=`; without a series the status alone. */
export const LiveParameters = z.strictObject({ series: series.optional() });
