import { request as requestHttp, type IncomingHttpHeaders } from 'node:http';
import { request as requestHttps } from 'node:https';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, TLSSocket } from 'node:tls';
import { retryAfter } from '../sink/retry-after.ts';
import { allowedAddresses, type Resolve } from './address.ts';
import { DeliveryError } from './delivery-error.ts';
import { interruptible } from '../interruptible.ts';

/** Where a receiver is and what it takes to reach it. */
export interface Target {
  readonly url: string;
  /** Longest time that an attempt may take, ms. */
  readonly timeout: number;
  readonly allowInsecure: boolean;
  readonly allowPrivate: boolean;
  /** Left out: the operating system's. */
  readonly resolve?: Resolve;
}

/** One request. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: string;
}

/** What was answered. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Its beginning. */
  readonly text: string;
}

/** Most of an answer that is kept, characters. */
const MOST_TEXT = 64 * 1024;

/** Clients' errors that pass by themselves: time-out, too early, too many. */
const PASSING = new Set([408, 425, 429]);

/**
 * One request over a connection of its own, to an address that has been checked: there is no second look at the name, and no redirect is
 * followed, which could lead anywhere. Resolves when the answer is one of success (2xx).
 *
 * @throws DeliveryError for any other answer: 408, 425, 429 and 5xx pass; ForetideError ROUTE_REFUSED for an address that is not allowed; the
 *   error of DNS, network or TLS
 */
export async function call(
  target: Target,
  { method, headers, body }: Call,
  stop: AbortSignal,
): Promise<Answer> {
  const url = allowedUrl(target);
  const limit = AbortSignal.timeout(target.timeout);
  const signal = AbortSignal.any([stop, limit]);
  try {
    const lookup = await checkedLookup(url, target, signal);
    const answer = await new Promise<Answer>((resolve, reject) => {
      const request = (url.protocol === 'https:' ? requestHttps : requestHttp)(url, {
        method,
        agent: false,
        lookup,
        signal,
        headers: {
          'user-agent': 'foretide',
          ...(body !== undefined && {
            'content-type': 'application/json',
            'content-length': String(Buffer.byteLength(body)),
          }),
          ...headers,
        },
      });
      request.once('error', reject);
      request.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          if (text.length < MOST_TEXT) text += piece;
        });
        response.once('error', reject);
        response.once('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
        );
      });
      request.end(body);
    });
    if (answer.status >= 200 && answer.status < 300) return answer;
    throw refusal(answer);
  } catch (error) {
    if (limit.aborted && !stop.aborted) throw tooLate(target);
    throw error;
  }
}

/**
 * Opens a connection, with TLS where the address asks for it, and closes it again; says what it found.
 *
 * @throws as `call` does
 */
export async function reach(target: Target): Promise<string> {
  const url = allowedUrl(target);
  const limit = AbortSignal.timeout(target.timeout);
  const lookup = await checkedLookup(url, target, limit);
  const host = bare(url);
  const isTls = url.protocol === 'https:';
  const port = Number(url.port || (isTls ? 443 : 80));
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const socket: Socket = isTls
    ? connectTls({ host, port, lookup, ...servername })
    : connectTcp({ host, port, lookup });
  const end = (): unknown => socket.destroy(tooLate(target));
  limit.addEventListener('abort', end, { once: true });
  try {
    await new Promise((resolve, reject) => {
      socket.once(isTls ? 'secureConnect' : 'connect', resolve);
      socket.once('error', reject);
    });
    const protocol = socket instanceof TLSSocket ? socket.getProtocol() : 'without TLS';
    return `${url.host} is reached at ${socket.remoteAddress}, ${protocol}`;
  } finally {
    limit.removeEventListener('abort', end);
    socket.destroy();
  }
}

/** An address for messages: what follows the host may be a secret. */
export function shownUrl(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : '(no address)';
}

function allowedUrl({ url, allowInsecure }: Target): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && allowInsecure)) return parsed;
  throw new DeliveryError('expected an https address, or an http one and allowInsecure: true', {
    isPassing: true,
  });
}

/** What gives the connection the addresses that were checked; none other is asked for. */
async function checkedLookup(
  url: URL,
  { allowPrivate, resolve }: Target,
  signal: AbortSignal,
): Promise<LookupFunction> {
  // the resolver itself cannot be interrupted
  const addresses = await interruptible(allowedAddresses(bare(url), allowPrivate, resolve), signal);
  return (_, { all = false }, done) => {
    if (all) done(null, [...addresses]);
    else done(null, addresses[0]!.address, addresses[0]!.family);
  };
}

/** The host without the brackets of an IPv6 address. */
function bare({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function refusal({ status, headers, text }: Answer): DeliveryError {
  const isRedirect = status >= 300 && status < 400;
  const said = isRedirect ? 'a redirect, which is not followed' : text;
  return new DeliveryError(`${status} ${said}`.trim(), {
    isPassing: status >= 500 || PASSING.has(status),
    retryAfter: retryAfter(headers['retry-after']),
  });
}

function tooLate({ timeout }: Target): DeliveryError {
  return new DeliveryError(`no answer within ${timeout / 1000} s`, { isPassing: true });
}
