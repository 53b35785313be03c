import { randomUUID } from 'node:crypto';
import { flux, InfluxDB } from '@influxdata/influxdb-client';
import { z } from 'zod';
import { iso8601 } from '../../src/decode/iso8601.ts';
import type { StoredPoint } from '../checks/sink.ts';
import type { InfluxService } from '../services/influxdb.ts';

/** How many values the series has, and their sum. */
export async function countAndSum(
  { url, token, org, bucket }: InfluxService,
  series: string,
): Promise<[number, number]> {
  const rows = await new InfluxDB({ url, token, timeout: 60_000 }).getQueryApi(org).collectRows(flux`
    values = from(bucket: ${bucket})
      |> range(start: 1970-01-01T00:00:00Z, stop: 2100-01-01T00:00:00Z)
      |> filter(fn: (r) => r.series == ${series} and r._field == "value")
      |> group()
    union(tables: [
      values |> count() |> map(fn: (r) => ({of: "count", number: float(v: r._value)})),
      values |> sum() |> map(fn: (r) => ({of: "sum", number: r._value})),
    ])`);
  const found = z.array(z.object({ of: z.string(), number: z.number() })).parse(rows);
  const numberOf = (what: string): number => found.find(({ of }) => of === what)?.number ?? 0;
  return [numberOf('count'), numberOf('sum')];
}

const Row = z.looseObject({
  time: z.string(),
  measurement: z.string(),
  field: z.string(),
  value: z.union([z.number(), z.string()]),
  series: z.string(),
});
/** Columns of a result that are no tags. */
const OWN = new Set(['result', 'table', '_start', '_stop', ...Object.keys(Row.shape)]);

/** All points of the series, as they are stored. */
export async function readBack(
  { url, token, org, bucket }: InfluxService,
  series: readonly string[],
): Promise<StoredPoint[]> {
  const rows: unknown[] = [];
  for (const one of series) {
    rows.push(
      ...(await new InfluxDB({ url, token }).getQueryApi(org).collectRows(flux`
        from(bucket: ${bucket})
          |> range(start: 1970-01-01T00:00:00Z, stop: 2100-01-01T00:00:00Z)
          |> filter(fn: (r) => r.series == ${one})
          |> rename(columns: {_time: "time", _value: "value", _field: "field", _measurement: "measurement"})`)),
    );
  }
  const points = new Map<string, StoredPoint>();
  for (const row of z.array(Row).parse(rows)) {
    const tags = Object.fromEntries(
      Object.entries(row).filter(
        (entry): entry is [string, string] => !OWN.has(entry[0]) && typeof entry[1] === 'string',
      ),
    );
    const key = JSON.stringify([row.measurement, row.series, tags, row.time]);
    const fields = { ...points.get(key)?.fields, [row.field]: row.value };
    points.set(key, {
      measurement: row.measurement,
      series: row.series,
      tags,
      time: iso8601(row.time),
      fields,
    });
  }
  return [...points.values()];
}

async function call(service: InfluxService, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`${service.url}/api/v2/${path}`, {
    headers: { authorization: `Token ${service.token}` },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function orgId(service: InfluxService): Promise<string> {
  const found = await call(service, `orgs?org=${encodeURIComponent(service.org)}`);
  return z.object({ orgs: z.tuple([z.object({ id: z.string() })]) }).parse(found).orgs[0].id;
}

/** Name of a bucket of its own for a test; it keeps points for so many seconds, or for ever. */
export async function newBucket(service: InfluxService, everySeconds = 0): Promise<string> {
  const name = `sink-${randomUUID()}`;
  await call(service, 'buckets', {
    orgID: await orgId(service),
    name,
    retentionRules: [{ type: 'expire', everySeconds }],
  });
  return name;
}

/** A token that may read the bucket and nothing else. */
export async function readOnlyToken(service: InfluxService): Promise<string> {
  const buckets = await call(service, `buckets?name=${service.bucket}`);
  const { id } = z.object({ buckets: z.tuple([z.object({ id: z.string() })]) }).parse(buckets).buckets[0];
  const made = await call(service, 'authorizations', {
    orgID: await orgId(service),
    permissions: [{ action: 'read', resource: { type: 'buckets', id } }],
  });
  return z.object({ token: z.string() }).parse(made).token;
}

/** Writes lines without the sink. */
export async function raw({ url, token, org, bucket }: InfluxService, line: string): Promise<void> {
  const query = new URLSearchParams({ org, bucket, precision: 'us' }).toString();
  const response = await fetch(`${url}/api/v2/write?${query}`, {
    method: 'POST',
    headers: { authorization: `Token ${token}` },
    body: line,
  });
  if (!response.ok) throw new Error(await response.text());
}
