import { isIP } from 'node:net';
import { Problem } from './problem.ts';

/** The names that requests may call a server by. */
export interface OwnHosts {
  /** The host it is bound to. */
  readonly host: string;
  /** Other names. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** @throws Problem where a request names another host: see `isOwnHost` */
export function mustBeOwnHost(header: string | undefined, { host, allowedHosts }: OwnHosts): void {
  if (isOwnHost(header, host, allowedHosts)) return;
  const message = `Expected a loopback name, ${host} or one of page.allowedHosts as Host, got another`;
  throw new Problem(403, 'HOST_REFUSED', message);
}

/**
 * Whether a request's Host header names this server: a loopback name, or the host it is bound to. Any other name may be an
 * attacker's that was pointed here (DNS rebinding); an address cannot be, so that a server bound to all interfaces
 * (`0.0.0.0`, `::`) answers to every address.
 *
 * @param allowed other names of it, which whoever runs it vouches for
 */
export function isOwnHost(
  header: string | undefined,
  bound: string,
  allowed: readonly string[] = [],
): boolean {
  if (header === undefined || !/^[\w.\-[\]:]+$/.test(header)) return false;
  const host = URL.parse(`http://${header}`)?.hostname.replace(/\.$/, '');
  if (host === undefined || host === '') return false;
  if (host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)) return true;
  if (allowed.some((name) => name.toLowerCase() === host)) return true;
  const address = host.replace(/^\[|\]$/g, '');
  if (bound === '0.0.0.0' || bound === '::') return isIP(address) !== 0;
  return address === bound.toLowerCase();
}
