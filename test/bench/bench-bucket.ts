import { randomUUID } from 'node:crypto';
import { flux, InfluxDB } from '@influxdata/influxdb-client';
import { z } from 'zod';
import type { InfluxService } from '../services/influxdb.ts';

/** Points by measurement. */
export interface PointCounts {
  readonly reading: number;
  readonly forecast: number;
  readonly anomaly: number;
}

/** A bucket of its own for one run, in an InfluxDB that others may use, too. */
export class BenchBucket {
  readonly name: string;
  readonly #service: InfluxService;
  readonly #id: string;

  private constructor(service: InfluxService, name: string, id: string) {
    this.#service = service;
    this.name = name;
    this.#id = id;
  }

  static async make(service: InfluxService): Promise<BenchBucket> {
    const name = `bench-${randomUUID()}`;
    const found = await call(service, `orgs?org=${encodeURIComponent(service.org)}`);
    const orgID = z.object({ orgs: z.tuple([z.object({ id: z.string() })]) }).parse(found).orgs[0].id;
    const made = await call(service, 'buckets', 'POST', { orgID, name, retentionRules: [] });
    return new BenchBucket(service, name, z.object({ id: z.string() }).parse(made).id);
  }

  /** Points that are stored, each counted by the one field that it always has. */
  async count(): Promise<PointCounts> {
    const { url, token, org } = this.#service;
    const rows = await new InfluxDB({ url, token, timeout: 300_000 }).getQueryApi(org).collectRows(flux`
      from(bucket: ${this.name})
        |> range(start: 2000-01-01T00:00:00Z, stop: 2100-01-01T00:00:00Z)
        |> filter(fn: (r) =>
          (r._measurement == "reading" and r._field == "value")
          or (r._measurement == "forecast" and r._field == "yhat")
          or (r._measurement == "anomaly" and r._field == "score"))
        |> group(columns: ["_measurement"])
        |> count()
        |> rename(columns: {_measurement: "measurement", _value: "count"})`);
    const found = z.array(z.object({ measurement: z.string(), count: z.number() })).parse(rows);
    const of = (name: string): number => found.find(({ measurement }) => measurement === name)?.count ?? 0;
    return { reading: of('reading'), forecast: of('forecast'), anomaly: of('anomaly') };
  }

  /** Points of a measurement that have a field. */
  async countOf(measurement: string, field: string): Promise<number> {
    const { url, token, org } = this.#service;
    const rows = await new InfluxDB({ url, token, timeout: 300_000 }).getQueryApi(org).collectRows(flux`
      from(bucket: ${this.name})
        |> range(start: 2000-01-01T00:00:00Z, stop: 2100-01-01T00:00:00Z)
        |> filter(fn: (r) => r._measurement == ${measurement} and r._field == ${field})
        |> group()
        |> count()
        |> rename(columns: {_value: "count"})`);
    const [row] = z.array(z.object({ count: z.number() })).parse(rows);
    return row?.count ?? 0;
  }

  async remove(): Promise<void> {
    await call(this.#service, `buckets/${this.#id}`, 'DELETE');
  }
}

async function call(service: InfluxService, path: string, method = 'GET', body?: object): Promise<unknown> {
  const response = await fetch(`${service.url}/api/v2/${path}`, {
    method,
    headers: { authorization: `Token ${service.token}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
}
