import { expect, test } from 'vitest';
import { isOwnHost } from '../../src/serve/hosts.ts';

test.each([
  ['127.0.0.1:8080', '127.0.0.1', true],
  ['localhost:8080', '127.0.0.1', true],
  ['LOCALHOST', '127.0.0.1', true],
  ['localhost.', '127.0.0.1', true],
  ['127.9.9.9:1', '127.0.0.1', true],
  ['[::1]:8080', '127.0.0.1', true],
  ['sensors.lan:8080', 'sensors.lan', true],
  ['Sensors.LAN', 'sensors.lan', true],
  ['192.168.1.7:8080', '192.168.1.7', true],
  ['192.168.1.7:8080', '0.0.0.0', true],
  ['[fe80::1]:8080', '::', true],
  ['evil.example', '127.0.0.1', false],
  ['evil.example', '0.0.0.0', false],
  ['evil.example', '::', false],
  ['127.0.0.1.evil.example', '127.0.0.1', false],
  ['localhost.evil.example', '127.0.0.1', false],
  ['evil.example#127.0.0.1', '127.0.0.1', false],
  ['user@127.0.0.1', '127.0.0.1', false],
  ['192.168.1.8', '192.168.1.7', false],
  ['192.168.1.7', '127.0.0.1', false],
  ['', '127.0.0.1', false],
  ['.', '127.0.0.1', false],
  [undefined, '127.0.0.1', false],
])('Host %s of a server bound to %s: %s', (header, bound, answer) => {
  expect(isOwnHost(header, bound)).toBe(answer);
});
