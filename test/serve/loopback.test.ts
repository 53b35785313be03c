import { expect, test } from 'vitest';
import { isLoopback } from '../../src/serve/loopback.ts';

test.each(['127.0.0.1', '127.9.8.7', '::1', 'localhost', 'LOCALHOST', '::ffff:127.0.0.1'])('%s is', (host) =>
  expect(isLoopback(host)).toBe(true),
);
test.each([
  '0.0.0.0',
  '::',
  '10.0.0.1',
  '::ffff:10.0.0.1',
  '127.0.0.1.example.com',
  '127.evil',
  'localhost.example.com',
  'sensors.lan',
  'fe80::1',
  '',
])('%j is not', (host) => expect(isLoopback(host)).toBe(false));
