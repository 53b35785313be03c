import { isIPv4 } from 'node:net';

/** Whether a server that is bound to this host is reached from this machine only. A name other than `localhost` may be any address. */
export function isLoopback(host: string): boolean {
  const address = host.toLowerCase().replace(/^::ffff:/, '');
  return address === 'localhost' || address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}
