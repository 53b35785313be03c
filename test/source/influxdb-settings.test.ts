import { expect, test } from 'vitest';
import { InfluxArchiveSettings } from '../../src/source/influxdb-settings.ts';

const needed = { org: 'o', bucket: 'b', from: 0 };

test('organisation, bucket and a beginning are enough', () => {
  expect(InfluxArchiveSettings.parse(needed)).toEqual({
    url: 'http://127.0.0.1:8086',
    org: 'o',
    bucket: 'b',
    token: { env: 'INFLUX_TOKEN' },
    timeout: 30_000,
    gzip: false,
    retry: { first: 250, longest: 30_000, longestAsked: 300_000 },
    measurement: 'reading',
    field: 'value',
    seriesTag: 'series',
    tags: {},
    from: 0,
  });
});

test.each([
  ['no beginning', { from: undefined }],
  ['an end before the beginning', { to: -1 }],
  ['a token in the open', { token: 's3cret' }],
  ['no series', { series: [] }],
  ['a tag that is no text', { tags: { site: 5 } }],
  ['what only writing has', { batchLines: 5 }],
])('refuses %s', (_, more) =>
  expect(InfluxArchiveSettings.safeParse({ ...needed, ...more }).success).toBe(false),
);
