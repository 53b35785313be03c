import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpError, InfluxDB } from '@influxdata/influxdb-client';
import type { FluxTableMetaData, SendOptions, Transport } from '@influxdata/influxdb-client';
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
   * Sends lines (UTF-8, timestamps in µs) in one request. Resolves when the server has stored them all.
   *
   * (Past the client's own writer, which takes texts only, sends full batches without waiting, and has a 201 for a success.)
   *
   * @throws HttpError of the client for every other answer, also 201 (a part was stored); the error of the network otherwise.
   * @throws ForetideError SECRET_MISSING, FILE_UNREADABLE
   */
  async write(lines: Uint8Array, stop: AbortSignal): Promise<void> {
    const { org, bucket, gzip } = this.#settings;
    const where = `org=${encodeURIComponent(org)}&bucket=${encodeURIComponent(bucket)}`;
    const options = {
      method: 'POST',
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      gzipThreshold: gzip ? 1000 : Infinity,
    };
    await this.#request(stop, async (_, transport) => {
      const path = `/api/v2/write?${where}&precision=us`;
      const { status, body } = await sent(transport, path, lines, options);
      if (status === 201) throw new HttpError(201, 'partial write', body);
      if (status !== 204) throw new HttpError(status, `204 was expected, but ${status} came`, body);
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

/** Sends bytes; what a server answers that does not refuse them, of its body the beginning. @throws as the transport does */
function sent(
  transport: Transport,
  path: string,
  bytes: Uint8Array,
  options: SendOptions,
): Promise<{ readonly status: number; readonly body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; body: string }>();
  let status = 0;
  let body = '';
  // A text is what it asks for, but it makes bytes of it by Buffer.from, which takes bytes as they are.
  transport.send(path, bytes as unknown as string, options, {
    responseStarted: (_, code) => void (status = code ?? 0),
    next: (data: Uint8Array) => {
      if (body.length < 1000) body += Buffer.from(data).toString();
    },
    error: reject,
    complete: () => resolve({ status, body }),
  });
  return promise;
}
