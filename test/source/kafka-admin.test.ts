import { describe, expect, test } from 'vitest';

import { unreachable } from '../../src/source/kafka-admin.ts';

class KafkaJSSASLAuthenticationError extends Error {
  override readonly name = 'KafkaJSSASLAuthenticationError';
}

describe('unreachable', () => {
  test.each([
    [
      new Error('Connection error: connect ECONNREFUSED 127.0.0.1:1'),
      'Start the brokers or correct `brokers`',
      true,
    ],
    [
      new Error('Connection error: getaddrinfo ENOTFOUND kafka'),
      'Start the brokers or correct `brokers`',
      true,
    ],
    [new Error('Closed connection'), 'speaks TLS', true],
    [new Error('unable to verify the first certificate'), 'Check `tls.ca`', true],
    [new KafkaJSSASLAuthenticationError('SASL PLAIN authentication failed'), 'Check `sasl.username`', false],
    [new Error('Not authorized to access topics: [Topic authorization failed]'), 'rights', false],
  ])('%s', (cause, advice, canRetry) => {
    const error = unreachable('a:1, b:2', cause);

    expect(error.code).toBe('KAFKA_UNREACHABLE');
    expect(error.facts.todo).toContain(advice);
    expect(error.canRetry).toBe(canRetry);
    expect(error.cause).toBe(cause);
    expect(error.message).toContain('(at a:1, b:2)');
  });
});
