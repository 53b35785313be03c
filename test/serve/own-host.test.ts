import { expect, test } from 'vitest';
import { isOwnHost } from '../../src/serve/own-host.ts';

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

test.each([
  ['foretide:7077', true],
  ['FORETIDE', true],
  ['page.example.com:443', true],
  ['127.0.0.1:7077', true],
  ['foretide.evil.example', false],
  ['evilforetide', false],
  ['evil.example', false],
])('Host %s where foretide and Page.Example.com are allowed: %s', (header, answer) => {
  expect(isOwnHost(header, '127.0.0.1', ['foretide', 'Page.Example.com'])).toBe(answer);
});
