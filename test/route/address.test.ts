import { describe, expect, test } from 'vitest';
import { allowedAddresses, isPublic } from '../../src/route/address.ts';

describe('what is of the public internet', () => {
  test.each(['1.1.1.1', '8.8.8.8', '172.15.255.255', '172.32.0.0', '192.167.255.255', '223.255.255.255'])(
    '%s is',
    (address) => expect(isPublic(address)).toBe(true),
  );
  test.each(['2606:4700:4700::1111', '2a00:1450:4001::1', '2003::1'])('%s is', (address) =>
    expect(isPublic(address)).toBe(true),
  );
  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.7',
    '224.0.0.1',
    '255.255.255.255',
  ])('%s is not', (address) => expect(isPublic(address)).toBe(false));
  test.each([
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '2001:0:4136:e378::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd12:3456::1',
    'fe80::1',
    'fe80::1%lo',
    '2606:4700::1%eth0',
    'ff02::1',
  ])('%s is not', (address) => expect(isPublic(address)).toBe(false));
  test.each(['', 'localhost', '1.2.3', '0x7f.1', '2130706433'])('%j is no address', (text) =>
    expect(isPublic(text)).toBe(false),
  );
});

describe('the addresses that a host may be reached at', () => {
  const names =
    (...addresses: string[]) =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

  test('of a name with several the public ones', async () => {
    const found = await allowedAddresses(
      'x.test',
      false,
      names('10.0.0.1', '1.1.1.1', '::1', '2606:4700::1'),
    );
    expect(found.map(({ address }) => address)).toEqual(['1.1.1.1', '2606:4700::1']);
  });

  test.each([['10.0.0.1'], ['::ffff:127.0.0.1'], ['169.254.169.254', 'fd00::1'], []])(
    'none of %j: refused, with what to do',
    async (...addresses) => {
      const found = allowedAddresses('x.test', false, names(...addresses));
      await expect(found).rejects.toMatchObject({
        code: 'ROUTE_REFUSED',
        facts: { where: 'x.test', todo: expect.stringContaining('allowPrivate') },
      });
    },
  );

  test('all of them where that is allowed', async () => {
    const found = await allowedAddresses('x.test', true, names('10.0.0.1', '1.1.1.1'));
    expect(found.map(({ address }) => address)).toEqual(['10.0.0.1', '1.1.1.1']);
  });

  test('an address stands for itself, and is looked at too', async () => {
    const never = () => Promise.reject(new Error('asked'));
    await expect(allowedAddresses('127.0.0.1', false, never)).rejects.toThrow('127.0.0.1');
    await expect(allowedAddresses('::1', false, never)).rejects.toThrow('::1');
    await expect(allowedAddresses('::1', true, never)).resolves.toEqual([{ address: '::1', family: 6 }]);
  });

  test('of a name of this machine none', async () => {
    await expect(allowedAddresses('localhost', false)).rejects.toMatchObject({ code: 'ROUTE_REFUSED' });
  });
});
