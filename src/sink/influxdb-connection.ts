import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import type { FluxTableMetaData, Transport } from '@influxdata/influxdb-client';
import { ForetideError } from '../errors.ts';
import { readPem } from '../pem.ts';
import { readSecret } from '../secret.ts';
import type { InfluxSettings } from './influxdb-settings.ts';

/** What a token is made of; anything else cannot stand in a header. */
const TOKEN = /^[\x21-\x7e]+$/;

/** Where a bucket is and how it is reached: what writing and reading have in common. */
export type InfluxAccess = Pick<
  InfluxSettings,
  'url' | 'org' | 'bucket' | 'token' | 'timeout' | 'gzip' | 'ca'
>;

/**
 * One attempt at a time at one InfluxDB, through its client with all of the client's own buffering and repeating switched off (its defaults
 * lose points: it sends full batches without waiting, gives up after five attempts, and takes a partial write for a success).
 */
export class InfluxConnection {
  readonly #settings: InfluxAccess;
  #agent: HttpAgent | undefined;
  #token: string | undefined;

  constructor(settings: InfluxAccess) {
    this.#settings = settings;
  }

  /**
   * Sends lines (timestamps in µs) in one request. Resolves when the server has stored them all.
   *
   * @throws HttpError of the client for every other answer, also 201 (a part was stored); the error of the network otherwise.
   * @throws ForetideError SECRET_MISSING, FILE_UNREADABLE
   */
  async write(lines: string[], stop: AbortSignal): Promise<void> {
    const { org, bucket, gzip } = this.#settings;
    await this.#request(stop, async (client, transport) => {
      const { watched, partial } = watchPartial(transport);
      const writer = new InfluxDB({ url: client.url, transport: watched }).getWriteApi(org, bucket, 'us', {
        batchSize: lines.length + 1,
        maxBatchBytes: Infinity,
        flushInterval: 0,
        maxRetries: 0,
        gzipThreshold: gzip ? 1000 : Infinity,
        // Otherwise the client prints the error, and takes one of a cluster (`hinted handoff`) for a success.
        writeFailed: (failure) => Promise.reject(failure),
      });
      writer.writeRecords(lines);
      await writer.flush();
      const part = partial();
      if (part !== undefined) throw new HttpError(201, 'partial write', part);
    });
  }

  /**
   * All rows that a Flux query has as its result.
   *
   * (The client's iterable waits for ever when the server falls silent in the middle of an answer; what collects does not.)
   *
   * @param row what becomes of a row
   * @throws as `write` does; HttpError 400, too, for a query that the server gives up in the middle of its answer
   */
  async query<T>(
    flux: string,
    row: (values: string[], meta: FluxTableMetaData) => T,
    stop: AbortSignal,
  ): Promise<T[]> {
    const { org, gzip } = this.#settings;
    let rows: T[] = [];
    await this.#request(stop, async ({ url }, transport) => {
      const reader = new InfluxDB({ url, transport }).getQueryApi({ org, gzip });
      rows = await reader.collectRows(flux, (values, meta) => {
        // https://docs.influxdata.com/influxdb/v2/reference/syntax/annotated-csv/#errors
        if (meta.columns[0]?.label === 'error')
          throw new HttpError(400, 'query failed', values[0], undefined, undefined, values[0]);
        return row(values, meta);
      });
    });
    return rows;
  }

  /**
   * What the server answers to a request of its API, as JSON.
   *
   * @param path from the root of the server on
   * @param body of a POST; left out, it is a GET
   * @throws as `write` does
   */
  async ask(path: string, stop: AbortSignal, body?: object): Promise<unknown> {
    let answer: unknown;
    await this.#request(stop, async (_, transport) => {
      const headers = { 'content-type': 'application/json; charset=utf-8' };
      const method = body ? 'POST' : 'GET';
      answer = (await transport.request(path, body ?? '', { method, headers })) as unknown;
    });
    return answer;
  }

  /** The server's version. @throws as `write` does */
  async ping(stop: AbortSignal): Promise<string> {
    let version: string | undefined;
    await this.#request(stop, async (_, transport) => {
      await transport.request('/ping', '', { method: 'GET' }, (headers) => {
        version = headers['x-influxdb-version']?.toString();
      });
    });
    return version ?? '(of unknown version)';
  }

  close(): void {
    this.#agent?.destroy();
  }

  /** Runs one exchange, and ends its connection when it fails or `stop` is aborted: the client leaves it open. */
  async #request(
    stop: AbortSignal,
    exchange: (client: { url: string }, transport: Transport) => Promise<void>,
  ): Promise<void> {
    stop.throwIfAborted();
    const { url, timeout } = this.#settings;
    this.#token ??= await this.#readToken();
    this.#agent ??= await agentFor(this.#settings);
    const controller = new AbortController();
    const abort = (): void => controller.abort(stop.reason);
    stop.addEventListener('abort', abort, { once: true });
    try {
      const { agent, token } = { agent: this.#agent, token: this.#token };
      const { signal } = controller;
      await exchange(
        { url },
        new InfluxDB({ url, token, timeout, transportOptions: { agent, signal } }).transport,
      );
    } catch (error) {
      controller.abort(error);
      throw error;
    } finally {
      stop.removeEventListener('abort', abort);
    }
  }

  async #readToken(): Promise<string> {
    const token = await readSecret(this.#settings.token);
    if (TOKEN.test(token)) return token;
    throw new ForetideError('SECRET_MISSING', {
      what: 'The token of InfluxDB cannot be one: it holds spaces, line breaks or other characters that no token has',
      where: tokenPlace(this.#settings),
    });
  }
}

/** @throws ForetideError FILE_UNREADABLE for the file of `ca` */
async function agentFor({ url, ca }: InfluxAccess): Promise<HttpAgent> {
  if (!url.startsWith('https:')) return new HttpAgent({ keepAlive: true });
  return new HttpsAgent({ keepAlive: true, ...(ca !== undefined && { ca: await readPem(ca, 'ca') }) });
}

/** Where the token is, for messages. */
export function tokenPlace({ token }: Pick<InfluxAccess, 'token'>): string {
  return 'env' in token ? `the environment variable ${token.env}` : `the file ${token.file}`;
}

/** A transport that tells whether the answer was 201: the client does not pass that on. */
function watchPartial(transport: Transport): { watched: Transport; partial: () => string | undefined } {
  let status: number | undefined;
  let body = '';
  const watched: Transport = {
    chunkCombiner: transport.chunkCombiner,
    request: (...given) => transport.request(...given),
    iterate: (...given) => transport.iterate(...given),
    send(path, request, options, callbacks) {
      transport.send(path, request, options, {
        ...callbacks,
        responseStarted(headers, code) {
          status = code;
          callbacks?.responseStarted?.(headers, code);
        },
        next(data) {
          if (body.length < 1000) body += Buffer.from(data).toString();
          return callbacks?.next?.(data);
        },
      });
    },
  };
  return { watched, partial: () => (status === 201 ? body : undefined) };
}
