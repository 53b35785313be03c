import { getRequestListener } from '@hono/node-server';
import { createServer, type Server } from 'node:http';
import { ForetideError } from '../errors.ts';
import type { Hono } from 'hono';
import { type AppParts, createApp } from './app.ts';
import { mustBeProtected } from './protected.ts';
import { createMetricsApp, type MetricsAppParts } from './metrics.ts';

/** Where the page is served, and what it is made from. */
export interface ServeParts extends Omit<AppParts, 'host'> {
  /** Default `127.0.0.1`: this machine only. */
  readonly host?: string;
  /** Whether it may be on any address without a token. */
  readonly unprotected?: boolean;
  /** 0: any that is free. */
  readonly port: number;
}

/** A page that is being served. */
export interface Serving {
  /** What a browser opens, e.g. `http://127.0.0.1:8080`. */
  readonly address: string;
  /** Ends every connection and frees the port. */
  close(): Promise<void>;
}

/**
 * Serves the live page, its API and `/health/…` until it is closed.
 *
 * @throws ForetideError ADDRESS_IN_USE when something else listens on that port; SETTINGS_INVALID when the host is not an
 * address of this machine, the port may not be used, or others than this machine would be answered without a token.
 * @example
 * const page = await serve({ port: 8080, history, feed, status });
 */
export async function serve({
  host = '127.0.0.1',
  port,
  unprotected = false,
  ...parts
}: ServeParts): Promise<Serving> {
  mustBeProtected({ host, section: 'page', hasToken: parts.token !== undefined, isOpen: unprotected });
  return listen(createApp({ ...parts, host }), { host, port, section: 'page' });
}

/**
 * Serves `/metrics` and `/health/…` alone until it is closed.
 *
 * @throws as `serve` does
 */
export async function serveMetrics({
  port,
  ...parts
}: MetricsAppParts & { readonly port: number }): Promise<Serving> {
  const { host, token, openMetrics = false } = parts;
  mustBeProtected({ host, section: 'metrics', hasToken: token !== undefined, isOpen: openMetrics });
  return listen(createMetricsApp(parts), { host, port, section: 'metrics' });
}

/** Where a server listens, and the section of the settings that says so. */
interface Place {
  readonly host: string;
  readonly port: number;
  readonly section: 'page' | 'metrics';
}

async function listen(app: Hono, place: Place): Promise<Serving> {
  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => void listener(request, response));
  const bound = await listening(server, place);
  return {
    address: `http://${nameToOpen(place.host)}:${bound}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Resolves to the port that the server then has. */
function listening(server: Server, place: Place): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(refusal(error, place)));
    const { host, port } = place;
    server.listen({ host, port }, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function refusal(error: NodeJS.ErrnoException, { host, port, section }: Place): ForetideError {
  const isHost = error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND';
  const where = `${section}.${isHost ? 'host' : 'port'}`;
  const what = section === 'page' ? 'The page' : 'The server of metrics';
  if (error.code === 'EADDRINUSE') {
    return new ForetideError('ADDRESS_IN_USE', {
      what: `${what} has no port`,
      expected: `port ${port} of ${host} to be free`,
      got: 'another program that listens on it',
      where,
      todo: `Stop that program, or set ${where} to another port (0 takes any that is free)`,
      canRetry: true,
      cause: error,
    });
  }
  return new ForetideError('SETTINGS_INVALID', {
    what: `${what} cannot be there`,
    expected: isHost ? 'an address of this machine' : 'a port that this user may use',
    got: `${host}, port ${port} (${error.code ?? error.message})`,
    where,
    cause: error,
  });
}

/** A server on all interfaces is opened by its loopback address; an IPv6 address stands in brackets. */
function nameToOpen(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
