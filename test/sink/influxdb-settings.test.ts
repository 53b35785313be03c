import { expect, test } from 'vitest';
import { InfluxSettings } from '../../src/sink/influxdb-settings.ts';

test('organisation and bucket are enough', () => {
  expect(InfluxSettings.parse({ org: 'o', bucket: 'b' })).toEqual({
    url: 'http://127.0.0.1:8086',
    org: 'o',
    bucket: 'b',
    token: { env: 'INFLUX_TOKEN' },
    tags: {},
    timeout: 30_000,
    batchLines: 20_000,
    gzip: false,
    retry: { first: 250, longest: 30_000, longestAsked: 300_000 },
  });
});

test.each([
  ['another protocol', { url: 'ftp://x' }],
  ['a path instead of an address', { url: '/x' }],
  ['a query', { url: 'http://x/?a=b' }],
  ['a token in the open', { token: 's3cret' }],
  ['batches of nothing', { batchLines: 0 }],
  ['a tag that points have already', { tags: { series: 'a' } }],
  ['a tag whose name no line can hold', { tags: { 'a b': 'c' } }],
  ['a tag that says nothing', { tags: { run: '' } }],
  ['a tag with a backslash at its end', { tags: { run: 'a\\' } }],
  ['an unknown key', { batchSize: 5 }],
])('refuses %s', (_, more) =>
  expect(InfluxSettings.safeParse({ org: 'o', bucket: 'b', ...more }).success).toBe(false),
);

test('a password in the address is refused and not repeated', () => {
  const result = InfluxSettings.safeParse(
    { org: 'o', bucket: 'b', url: 'http://me:s3cret@x' },
    { reportInput: true },
  );
  expect(result.error?.issues).toHaveLength(1);
  expect(JSON.stringify(result.error?.issues)).not.toContain('s3cret');
});
