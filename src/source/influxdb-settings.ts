import { z } from 'zod';
import { InfluxSettings } from '../sink/influxdb-settings.ts';
import { checkOrder, Instant } from './instant.ts';
import { archiveRange } from './sqlite-settings.ts';

const { url, org, bucket, token, ca, timeout, gzip, retry } = InfluxSettings.shape;
const Name = z.string().min(1);

/** Settings of a range of an InfluxDB 2 that readings come from. */
export const InfluxArchiveSettings = z
  .strictObject({
    url,
    org,
    bucket: bucket.describe('Bucket that is read'),
    token: token.describe('Where the token is that may read the bucket'),
    ca,
    timeout,
    gzip: gzip.describe('Whether answers come compressed: for a server that is far away'),
    retry,
    measurement: Name.default('reading').describe('Measurement that is read'),
    field: Name.default('value').describe(
      'Field that holds the observed numbers, of one type (float or integer) in the whole range: InfluxDB passes over the others without a word',
    ),
    seriesTag: Name.default('series').describe(
      'Tag that names the series; points without it are not read. Points that differ in other tags alone are one series: see `tags`',
    ),
    tags: z
      .record(Name, Name)
      .default({})
      .describe('Only points with these tags are read, e.g. { site: north, host: a7 }'),
    ...archiveRange,
    from: Instant.describe('Event time that it begins at, an ISO 8601 date or ms since 1970'),
  })
  .superRefine(checkOrder);
export type InfluxArchiveSettings = z.output<typeof InfluxArchiveSettings>;
