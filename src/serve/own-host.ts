import { isOwnHost } from './hosts.ts';
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
