import { setTimeout as sleep } from 'node:timers/promises';
import { HttpError } from '@influxdata/influxdb-client';
import pRetry from 'p-retry';
import type { DeadLetter } from '../frame.ts';
import type { Log } from '../log.ts';
import { Outage } from '../outage.ts';
import { awayError, droppedAll, fatalError, meaningOf, saidBy } from './influxdb-answer.ts';
import { InfluxConnection, tokenPlace } from './influxdb-connection.ts';
import type { InfluxSettings } from './influxdb-settings.ts';
import { encodeLines } from './line-encoder.ts';
import type { Lines } from './lines.ts';
import { newestPoints } from './newest-points.ts';
import type { Points } from './points.ts';
import { retryAfter } from './retry-after.ts';
import type { Sink } from './sink.ts';

/**
 * Writes points to a bucket of InfluxDB 2.
 *
 * 1. At most `batchLines` lines a request, one request at a time for each call of `write`; none is forgotten and none kept for later.
 * 2. While the server is away or busy a request is repeated until `stop` is aborted, with growing pauses or those it asks for. One
 *    message says that it is away, one that it is back.
 * 3. Where a request is refused for some of its lines, it is halved until the bad lines are alone. They come back as dead letters with
 *    the line as their bytes; all others are stored.
 * 4. Writing again what has been stored changes nothing: a point's measurement, tags and time are its identity.
 *
 * @throws ForetideError from `write`: SECRET_MISSING, INFLUX_UNAUTHORIZED, INFLUX_NOT_FOUND, INFLUX_REJECTED; from `check`
 *   INFLUX_UNREACHABLE, too.
 */
export class InfluxSink implements Sink {
  readonly name: string;
  readonly #settings: InfluxSettings;
  readonly #connection: InfluxConnection;
  readonly outage: Outage;

  constructor(settings: InfluxSettings, log: Pick<Log, 'info' | 'warn'>) {
    this.name = `influxdb ${settings.url} bucket ${settings.bucket}`;
    this.#settings = settings;
    this.#connection = new InfluxConnection(settings);
    this.outage = new Outage(log, {
      away: 'InfluxDB is away; points wait until it is back',
      back: 'InfluxDB is back',
      facts: { url: settings.url },
    });
  }

  async check(): Promise<readonly string[]> {
    const { url, org, bucket } = this.#settings;
    const never = new AbortController().signal;
    try {
      const version = await this.#connection.ping(never).catch((error: unknown) => {
        throw meaningOf(error) === 'fatal' ? fatalError(error, this.#settings, 'ping') : error;
      });
      // A comment writes nothing, and is refused like any point where the token or the bucket is wrong.
      await this.#connection.write(Buffer.from('# foretide check'), never).catch((error: unknown) => {
        if (meaningOf(error) !== 'lines') throw error;
      });
      return [
        `InfluxDB ${version} answers at ${url}`,
        `bucket ${bucket} of organisation ${org} can be written with the token in ${tokenPlace(this.#settings)}`,
      ];
    } catch (error) {
      if (meaningOf(error) === 'fatal') throw fatalError(error, this.#settings);
      throw awayError(error, url);
    }
  }

  async write(points: readonly Points[], stop: AbortSignal): Promise<readonly DeadLetter[]> {
    const dead: DeadLetter[] = [];
    const { tags, batchLines } = this.#settings;
    const tagged = newestPoints(points).map((each) => ({ ...each, tags: { ...each.tags, ...tags } }));
    for (const lines of encodeLines(tagged, batchLines)) await this.#store(lines, stop, dead);
    return dead;
  }

  async close(): Promise<void> {
    this.#connection.close();
  }

  /** Stores the lines, or halves them until those that cannot be stored are found. */
  async #store(lines: Lines, stop: AbortSignal, dead: DeadLetter[]): Promise<void> {
    const refusal = await this.#send(lines.bytes, stop);
    if (refusal === undefined) return;
    const { count } = lines;
    if (count > 1 && !droppedAll(refusal, count)) {
      const half = count >> 1;
      await this.#store(lines.slice(0, half), stop, dead);
      await this.#store(lines.slice(half, count), stop, dead);
      return;
    }
    const detail = `InfluxDB: ${saidBy(refusal)}`;
    for (let i = 0; i < count; i++)
      dead.push({ ...lines.source(i), reason: 'rejected', detail, bytes: Buffer.from(lines.line(i)) });
  }

  /** Sends until the server has answered: resolves to undefined when all is stored, to the error when lines are at fault. */
  async #send(lines: Uint8Array, stop: AbortSignal): Promise<unknown> {
    const { first, longest } = this.#settings.retry;
    try {
      await pRetry(() => this.#connection.write(lines, stop), {
        retries: Infinity,
        minTimeout: first,
        maxTimeout: longest,
        signal: stop,
        shouldRetry: ({ error }) => meaningOf(error) === 'passing',
        onFailedAttempt: ({ error, retryDelay }) => this.#pause(error, retryDelay, stop),
      });
      this.outage.back();
      return undefined;
    } catch (error) {
      stop.throwIfAborted();
      if (meaningOf(error) !== 'lines') throw fatalError(error, this.#settings);
      this.outage.back();
      return error;
    }
  }

  /** What a pause is longer than `retryDelay`: by what the server asks for, and by a random share, so that not all come at once. */
  async #pause(failure: Error, retryDelay: number, stop: AbortSignal): Promise<void> {
    if (meaningOf(failure) !== 'passing') return;
    this.outage.failed({ error: saidBy(failure) });
    const asked = failure instanceof HttpError ? retryAfter(failure.headers?.['retry-after']?.toString()) : 0;
    const beyond = Math.max(0, Math.min(asked, this.#settings.retry.longestAsked) - retryDelay);
    // An abort ends the pause; p-retry then throws the signal's own reason.
    await sleep(beyond + Math.random() * 0.5 * retryDelay, undefined, { signal: stop }).catch(() => {});
  }
}
