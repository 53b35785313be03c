import { expect, test } from 'vitest';

import { kafkaClient, KafkaClientSettings } from '../../src/source/kafka-client.ts';
import { silentLog } from '../../src/log.ts';

const client = (settings: object): Promise<unknown> =>
  kafkaClient(KafkaClientSettings.parse({ brokers: ['127.0.0.1:1'], ...settings }), silentLog);

test('says which file of tls cannot be read', async () => {
  await expect(client({ tls: { ca: '/nowhere/ca.pem' } })).rejects.toMatchObject({
    code: 'FILE_UNREADABLE',
    facts: { where: 'tls.ca', what: 'Cannot read /nowhere/ca.pem' },
  });
});

test('says which secret is missing, before anything is sent', async () => {
  const sasl = { username: { env: 'FORETIDE_TEST_NOT_SET' }, password: { env: 'FORETIDE_TEST_NOT_SET' } };

  await expect(client({ sasl })).rejects.toMatchObject({ code: 'SECRET_MISSING' });
});

test('a producer says nothing about kafkajs 1', async () => {
  await client({});

  expect(process.env['KAFKAJS_NO_PARTITIONER_WARNING']).toBe('1');
});
