import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import { promisify } from 'node:util';
import { ForetideError } from '../errors.ts';

/**
 * IPv4 ranges that are not of the public internet.
 *
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry/
 */
const SPECIAL_4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
] as const;

/** All of IPv6 that is given to anybody at all; what carries an IPv4 address (::ffff:0:0/96, 64:ff9b::/96) stands outside. */
const GLOBAL_6 = '2000::/3';

/**
 * What of it is special all the same: protocols, benchmarks, documentation, and tunnels that end at an IPv4 address (Teredo, 6to4).
 *
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry/
 */
const SPECIAL_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'] as const;

const special4 = listOf(SPECIAL_4, 'ipv4');
const global6 = listOf([GLOBAL_6], 'ipv6');
const special6 = listOf(SPECIAL_6, 'ipv6');

/** Whether an IP address, as text, is of the public internet. */
export function isPublic(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special4.check(address, 'ipv4');
    case 6: {
      // a zone (fe80::1%eth0) is of this machine only
      if (address.includes('%')) return false;
      return global6.check(address, 'ipv6') && !special6.check(address, 'ipv6');
    }
    default:
      return false;
  }
}

/** All addresses of a name; a function of the operating system. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

const resolveAll: Resolve = (host) => promisify(lookup)(host, { all: true });

/**
 * The addresses of a host that a connection may be made to. They are what is to be connected to: asked again, the name may have others.
 *
 * @param host name or IP address
 * @throws ForetideError ROUTE_REFUSED where there are none but private ones; the error of the resolver
 */
export async function allowedAddresses(
  host: string,
  allowPrivate: boolean,
  resolve: Resolve = resolveAll,
): Promise<readonly LookupAddress[]> {
  const family = isIP(host);
  const all = family === 0 ? await resolve(host) : [{ address: host, family }];
  const allowed = all.filter(({ address }) => allowPrivate || isPublic(address));
  if (allowed.length > 0) return allowed;
  throw new ForetideError('ROUTE_REFUSED', {
    what: 'The receiver is in a private network or on this machine',
    expected: 'an address of the public internet',
    got: all.map(({ address }) => address).join(', ') || 'none',
    where: host,
    todo: 'Set allowPrivate: true where it is meant to be there.',
  });
}

function listOf(ranges: readonly string[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [net = '', bits] = range.split('/');
    list.addSubnet(net, Number(bits), family);
  }
  return list;
}
