import { setTimeout as sleep } from 'node:timers/promises';
import { HttpError } from '@influxdata/influxdb-client';
import type { FluxTableMetaData } from '@influxdata/influxdb-client';
import pRetry from 'p-retry';
import { iso8601 } from '../decode/iso8601.ts';
import type { Log } from '../log.ts';
import { Outage } from '../outage.ts';
import { fatalError, meaningOf, saidBy } from '../sink/influxdb-answer.ts';
import type { InfluxConnection } from '../sink/influxdb-connection.ts';
import { retryAfter } from '../sink/retry-after.ts';
import type { Archive, ArchivedReading, Extent } from './archive.ts';
import { fluxGlob } from './flux-glob.ts';
import { fluxText } from './flux-text.ts';
import type { InfluxArchiveSettings } from './influxdb-settings.ts';

/** The end of the times that InfluxDB can hold, ms. */
const LATEST = 9_223_372_036_854;

export interface InfluxArchiveParts {
  readonly settings: InfluxArchiveSettings;
  readonly connection: InfluxConnection;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly stop: AbortSignal;
}

/**
 * A range of a bucket, in Flux. Each question is one request with a short answer; while the server is away or busy it is repeated
 * until `stop` is aborted.
 *
 * Counts, first and last points are found by the storage engine itself, where the filters stand right behind the range:
 * https://docs.influxdata.com/influxdb/v2/query-data/optimize-queries/#start-queries-with-pushdowns
 *
 * @throws ForetideError SECRET_MISSING, INFLUX_UNAUTHORIZED, INFLUX_NOT_FOUND, INFLUX_REJECTED
 */
export class InfluxArchive implements Archive {
  readonly name: string;
  readonly partition = 0;
  readonly #settings: InfluxArchiveSettings;
  readonly #connection: InfluxConnection;
  readonly #log: InfluxArchiveParts['log'];
  readonly #stop: AbortSignal;
  readonly #filter: string;

  constructor({ settings, connection, log, stop }: InfluxArchiveParts) {
    this.name = `influxdb ${settings.url} bucket ${settings.bucket}`;
    this.#settings = settings;
    this.#connection = connection;
    this.#log = log;
    this.#stop = stop;
    this.#filter = filterOf(settings);
  }

  async extent(): Promise<Extent | undefined> {
    const first = await this.first(-LATEST, LATEST);
    const last = await this.#edge('last', -LATEST, LATEST);
    return first === undefined || last === undefined ? undefined : { first, last };
  }

  async count(from: number, to: number): Promise<number> {
    const [count] = await this.#ask(
      [from, to],
      `|> count() |> keep(columns: ["_value"]) |> group() |> sum()`,
      (values, meta) => meta.get(values, '_value'),
    );
    return Number(count ?? 0);
  }

  first(from: number, to: number): Promise<number | undefined> {
    return this.#edge('first', from, to);
  }

  async read(from: number, to: number): Promise<readonly ArchivedReading[]> {
    const { seriesTag } = this.#settings;
    const tag = fluxText(seriesTag);
    return this.#ask(
      [from, to],
      `|> keep(columns: ["_time", "_value", ${tag}]) |> group()
        |> sort(columns: ["_time", ${tag}, "_value"])`,
      (values, meta) => ({
        series: String(meta.get(values, seriesTag)),
        time: iso8601(String(meta.get(values, '_time'))),
        value: meta.get(values, '_value') as ArchivedReading['value'],
      }),
    );
  }

  async #edge(which: 'first' | 'last', from: number, to: number): Promise<number | undefined> {
    const [time] = await this.#ask(
      [from, to],
      `|> ${which}() |> keep(columns: ["_time"]) |> group()
        |> sort(columns: ["_time"], desc: ${which === 'last'}) |> limit(n: 1)`,
      (values, meta) => iso8601(String(meta.get(values, '_time'))),
    );
    return time;
  }

  /**
   * What becomes of the points of a stretch, as far as the settings allow; asks until the server has answered. It refuses a stretch
   * without an instant, so that this one is not asked for.
   */
  async #ask<T>(
    [start, end]: readonly [number, number],
    then: string,
    row: (values: string[], meta: FluxTableMetaData) => T,
  ): Promise<readonly T[]> {
    const { bucket, from, to = LATEST, retry } = this.#settings;
    const since = nanoseconds(Math.max(start, from));
    const until = nanoseconds(Math.min(end, to));
    if (since >= until) return [];
    const range = `|> range(start: time(v: ${since}), stop: time(v: ${until}))`;
    return this.#answer(`from(bucket: ${fluxText(bucket)}) ${range} ${this.#filter} ${then}`, row, retry);
  }

  async #answer<T>(
    query: string,
    row: (values: string[], meta: FluxTableMetaData) => T,
    { first, longest, longestAsked }: InfluxArchiveSettings['retry'],
  ): Promise<readonly T[]> {
    const stop = this.#stop;
    const outage = new Outage(this.#log, {
      away: 'InfluxDB is away; the range waits for it',
      back: 'InfluxDB is back',
      facts: { url: this.#settings.url },
    });
    try {
      const rows = await pRetry(() => this.#connection.query(query, row, stop), {
        retries: Infinity,
        minTimeout: first,
        maxTimeout: longest,
        signal: stop,
        shouldRetry: ({ error }) => meaningOf(error) === 'passing',
        onFailedAttempt: async ({ error, retryDelay }) => {
          if (meaningOf(error) !== 'passing') return;
          outage.failed({ error: saidBy(error) });
          const header = error instanceof HttpError ? error.headers?.['retry-after']?.toString() : undefined;
          const beyond = Math.min(retryAfter(header), longestAsked) - retryDelay;
          // An abort ends the pause; p-retry then throws the signal's own reason.
          await sleep(Math.max(0, beyond), undefined, { signal: stop }).catch(() => undefined);
        },
      });
      outage.back();
      return rows;
    } catch (error) {
      stop.throwIfAborted();
      throw fatalError(error, this.#settings, 'query');
    }
  }
}

/** Of a time in ms; µs are all that it has. */
function nanoseconds(time: number): bigint {
  return BigInt(Math.round(time * 1000)) * 1000n;
}

/** Which points are read. Comparisons joined by `and` and `or` are all that the storage engine takes over. */
function filterOf({ measurement, field, seriesTag, tags, series }: InfluxArchiveSettings): string {
  const is = (column: string, value: string): string => `r[${fluxText(column)}] == ${fluxText(value)}`;
  const conditions = [
    is('_measurement', measurement),
    is('_field', field),
    `r[${fluxText(seriesTag)}] != ""`,
    ...Object.entries(tags).map(([tag, value]) => is(tag, value)),
  ];
  const isOf = (name: string): string =>
    name.includes('*') ? `r[${fluxText(seriesTag)}] =~ ${fluxGlob(name)}` : is(seriesTag, name);
  if (series) conditions.push(`(${series.map(isOf).join(' or ')})`);
  return `|> filter(fn: (r) => ${conditions.join(' and ')})`;
}
