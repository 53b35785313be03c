import { describe, expect, test } from 'vitest';
import type { Admin } from 'kafkajs';
import { unreachable, watermarksOf } from '../../src/source/kafka-admin.ts';

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
    [new Error('unable to verify the first certificate'), 'as `tls.ca`', false],
    [new Error('self-signed certificate in certificate chain'), 'as `tls.ca`', false],
    [new Error('certificate has expired'), 'as `tls.ca`', false],
    [new Error("Hostname/IP does not match certificate's altnames: x"), '`tls.servername`', false],
    [new Error('error:0A000412:SSL routines::ssl/tls alert bad certificate:'), '`tls.key`', true],
    [new Error('error:0A00045C:SSL routines::tlsv13 alert certificate required'), '`tls.key`', true],
    [
      new Error('Client network socket disconnected before secure TLS connection was established'),
      'leave out `tls`',
      true,
    ],
    [new Error('error:0A000458:SSL routines::tlsv1 unrecognized name'), 'Check `tls.ca`', true],
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

// A broker knows who leads the partitions of a new topic a moment before that is so: no test can hold a real one there.
describe('watermarksOf', () => {
  const failing = (types: readonly string[]): { readonly admin: Admin; readonly left: string[] } => {
    const left = [...types];
    const fetchTopicOffsets = () => {
      const type = left.shift();
      if (type !== undefined) return Promise.reject(Object.assign(new Error(type), { type }));
      return Promise.resolve([{ partition: 0, offset: '7', high: '7', low: '2' }]);
    };
    return { admin: { fetchTopicOffsets } as unknown as Admin, left };
  };

  // Seen to fail when it is asked once.
  test('asks again while a leader does not lead yet', async () => {
    const { admin } = failing(['NOT_LEADER_FOR_PARTITION', 'LEADER_NOT_AVAILABLE']);
    expect(await watermarksOf(admin, 't')).toEqual(new Map([[0, { low: 2, high: 7 }]]));
  });

  test('and nothing else', async () => {
    const { admin, left } = failing(['TOPIC_AUTHORIZATION_FAILED', 'NOT_LEADER_FOR_PARTITION']);
    await expect(watermarksOf(admin, 't')).rejects.toThrow('TOPIC_AUTHORIZATION_FAILED');
    expect(left).toHaveLength(1);
  });
});
