import { z } from 'zod';
import { Duration } from '../duration.ts';
import { SecretSettings } from '../secret.ts';
import { serverUrl } from '../server-url.ts';

const Retry = z.strictObject({
  first: Duration.prefault('250ms').describe(
    'Pause before the first new attempt; it doubles with each further one',
  ),
  longest: Duration.prefault('30s').describe('Longest pause between two attempts. There is no last attempt'),
  longestAsked: Duration.prefault('5m').describe('Longest pause that the server may ask for by Retry-After'),
});

/** Tags and fields that points have of their own, and what InfluxDB has for itself. */
const TAKEN: ReadonlySet<string> = new Set(
  `series model h kind state severity reason revision
  value yhat lo hi score expected width fingerprint time`.split(/\s+/),
);
const TagName = z
  .string()
  .regex(/^[A-Za-z][\w.-]*$/, 'expected a name of letters, digits, _, . and -, beginning with a letter')
  .refine((name) => !TAKEN.has(name), 'expected a name that points do not have already');
const UNWRITABLE = /[\u0000-\u001f\u007f]|\\$/; // eslint-disable-line no-control-regex
const TagText = z
  .string()
  .min(1)
  .max(256)
  .refine((text) => !UNWRITABLE.test(text), 'expected no control character and no \\ at the end');

/** Tags that come to all points beside their own. */
export const OutputTags = z.record(TagName, TagText);

/** Settings of an InfluxDB 2 that points are written to. */
export const InfluxSettings = z.strictObject({
  url: serverUrl('http://127.0.0.1:8086').default('http://127.0.0.1:8086').describe('Address of the server'),
  org: z.string().min(1).describe('Organisation, by name or id'),
  bucket: z.string().min(1).describe('Bucket that points are written to; it must exist'),
  token: SecretSettings.prefault({ env: 'INFLUX_TOKEN' }).describe(
    'Where the token is that may write to the bucket',
  ),
  tags: OutputTags.default({}).describe(
    'Tags that every point gets beside its own, e.g. { run: 2026-backfill }: points of different tags never take the place of one another',
  ),
  ca: z
    .string()
    .min(1)
    .optional()
    .describe("PEM file of the authority that signed the server's certificate; default: the well-known ones"),
  timeout: Duration.prefault('30s').describe(
    'Longest time without a sign of the server before an attempt is given up',
  ),
  batchLines: z.int().min(1).max(1_000_000).default(20_000).describe('Most lines in one request'),
  gzip: z.boolean().default(false).describe('Whether requests are compressed: for a server that is far away'),
  retry: Retry.prefault({}).describe('How attempts are repeated while the server is away or busy'),
});
export type InfluxSettings = z.output<typeof InfluxSettings>;
