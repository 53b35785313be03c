import { AbortError, HttpError, RequestTimedOutError } from '@influxdata/influxdb-client';
import { ForetideError } from '../errors.ts';
import { type InfluxAccess, tokenPlace } from './influxdb-connection.ts';

/**
 * What an error of a write or a query means.
 *
 * - `passing`: the server is away, busy or broken; the same again may succeed (network, time-out, 408, 425, 429, 5xx)
 * - `lines`: some of the lines are at fault; the others may have been stored (201, 400, 413, 422)
 * - `fatal`: neither waiting nor sending less helps (401, 403, 404, a certificate that is not trusted, anything unknown)
 */
export type Meaning = 'passing' | 'lines' | 'fatal';

export function meaningOf(error: unknown): Meaning {
  if (error instanceof HttpError) {
    const { statusCode: status } = error;
    if (isWithoutTls(error)) return 'fatal';
    if (status === 201 || status === 400 || status === 413 || status === 422) return 'lines';
    return status === 408 || status === 425 || status === 429 || status >= 500 ? 'passing' : 'fatal';
  }
  if (isDistrusted(error)) return 'fatal';
  if (error instanceof RequestTimedOutError || error instanceof AbortError) return 'passing';
  // Errors of the network have a code; a TypeError with one is a mistake of ours, such as a bad header.
  const ofNetwork =
    error instanceof Error &&
    !(error instanceof TypeError || error instanceof ForetideError) &&
    'code' in error;
  return ofNetwork ? 'passing' : 'fatal';
}

/** Codes of certificates that are not accepted and will not be; one that has expired may be renewed. */
const DISTRUSTED: ReadonlySet<unknown> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/** What a server of TLS says to a request without, by 400: it is not about the lines. */
function isWithoutTls({ statusCode, message, body }: HttpError): boolean {
  return statusCode === 400 && `${message} ${body ?? ''}`.includes('HTTP request to an HTTPS server');
}

function isDistrusted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && DISTRUSTED.has(error.code);
}

/** What the server or the network said, on one line of at most 500 characters. */
export function saidBy(error: unknown): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const code = error instanceof HttpError ? `${error.statusCode} ` : '';
  const line = `${message.startsWith(code) ? '' : code}${message}`.replace(/\s+/g, ' ');
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}

/** Whether the server says that it dropped every one of `count` lines (InfluxDB 2 counts the points that it dropped). */
export function droppedAll(error: unknown, count: number): boolean {
  if (!(error instanceof HttpError) || error.statusCode !== 422) return false;
  return Number(/\bdropped=(\d+)\b/.exec(error.message)?.[1]) === count;
}

/**
 * An error that says that InfluxDB does not answer as it should; one that says more already is given back.
 *
 * @param where its URL
 * @param setting what the URL was given by
 */
export function awayError(error: unknown, where: string, setting = 'url'): ForetideError {
  if (error instanceof ForetideError) return error;
  return new ForetideError('INFLUX_UNREACHABLE', {
    what: 'InfluxDB does not answer as it should',
    expected: 'an InfluxDB 2 that is running',
    got: saidBy(error),
    where,
    todo: `Start it, or check ${setting}`,
    canRetry: true,
    cause: error,
  });
}

/**
 * The error that stops a run, with what to do; a ForetideError and what is no answer at all come through as they are.
 *
 * @param asked what the server was asked for: a ping cannot miss a bucket
 */
export function fatalError(
  error: unknown,
  settings: InfluxAccess,
  asked: 'ping' | 'write' | 'query' = 'write',
): unknown {
  const { url, org, bucket } = settings;
  if (isDistrusted(error)) {
    return new ForetideError('INFLUX_UNREACHABLE', {
      what: 'The certificate of InfluxDB is not trusted',
      got: saidBy(error),
      where: url,
      todo: 'Name the PEM file of the authority that signed it as `ca`; the host in `url` is to be one that it names',
      cause: error,
    });
  }
  if (!(error instanceof HttpError)) return error;
  const facts = {
    where: `${url}, bucket ${bucket} of organisation ${org}`,
    got: saidBy(error),
    cause: error,
  };
  const may = asked === 'query' ? 'read' : 'write to';
  const status = asked === 'ping' && error.statusCode !== 401 ? 0 : statusOf(error, asked);
  switch (status) {
    case 401:
      return new ForetideError('INFLUX_UNAUTHORIZED', {
        ...facts,
        what: 'InfluxDB does not know the token',
        todo: `Put a token of this server into ${tokenPlace(settings)}`,
      });
    case 403:
    case 404:
      return new ForetideError('INFLUX_NOT_FOUND', {
        ...facts,
        what: `InfluxDB has no such organisation or bucket, or the token may not ${may} it`,
        todo: `Check org and bucket, and that the token in ${tokenPlace(settings)} may ${may} the bucket`,
      });
    default:
      if (asked === 'query' && status === 400)
        return new ForetideError('INFLUX_REJECTED', { ...facts, what: 'InfluxDB gives up the query' });
      return new ForetideError('INFLUX_REJECTED', {
        ...facts,
        what: `The server at this address does not ${asked === 'query' ? 'answer queries' : 'take points'} as InfluxDB 2 does`,
        todo: isWithoutTls(error)
          ? 'Begin url with https'
          : 'Check url: it is the address of InfluxDB itself, without /api/v2',
      });
  }
}

/** The status, where InfluxDB gives the right one: to a query it says 400 of an organisation that is not there. */
function statusOf({ statusCode, message }: HttpError, asked: string): number {
  return asked === 'query' && /organization name .* not found/.test(message) ? 404 : statusCode;
}
