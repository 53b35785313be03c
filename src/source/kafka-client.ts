import type { ConnectionOptions } from 'node:tls';

import kafkajs from 'kafkajs';
import { z } from 'zod';

import { readPem } from '../pem.ts';
import { readSecret, readUserName, SecretSettings } from '../secret.ts';
import { registerKafkaCodecs } from './kafkajs-codecs.ts';
import type { Log } from '../log.ts';
import { kafkajsLog } from './kafkajs-log.ts';
import { patchKafkajs } from './kafkajs-patch.ts';

const TlsSettings = z.strictObject({
  ca: z
    .string()
    .optional()
    .describe(
      "PEM file of the authority that signed the brokers' certificates; default: the well-known ones",
    ),
  cert: z.string().optional().describe('PEM file of our own certificate, for mutual TLS'),
  key: SecretSettings.optional().describe("Our own certificate's private key, PEM, for mutual TLS"),
  servername: z
    .string()
    .optional()
    .describe("Name that the brokers' certificates are checked against; default: the broker's host"),
});

const SaslSettings = z.strictObject({
  mechanism: z
    .enum(['plain', 'scram-sha-256', 'scram-sha-512'])
    .default('scram-sha-512')
    .describe('How we prove who we are; `plain` sends the password itself, so use it with `tls` only'),
  username: SecretSettings.describe('User name'),
  password: SecretSettings.describe('Password'),
});

/** How Kafka is reached; the source and every sink of Kafka have these settings. */
export const KafkaClientSettings = z.strictObject({
  brokers: z
    .array(z.string().regex(/^\S+:\d{1,5}$/, 'expected host:port'))
    .min(1)
    .describe('Some brokers to begin with, each as host:port; the rest of the cluster is found through them'),
  clientId: z
    .string()
    .min(1)
    .default('foretide')
    .describe("Name of this program in the brokers' logs and quotas"),
  tls: z
    .union([z.boolean(), TlsSettings])
    .default(false)
    .describe('Encrypted connections: true, or an object where files of our own are needed'),
  sasl: SaslSettings.optional().describe('User name and password, where the brokers ask for them'),
});
export type KafkaClientSettings = z.output<typeof KafkaClientSettings>;

/** Time for a TCP (and TLS) connection to a broker to open, ms. kafkajs's own 1,000 is short for brokers far away. */
const CONNECTION_TIMEOUT = 3000;

/**
 * A kafkajs client with everything that this project needs of one: all four codecs, no idle timers, our logger.
 *
 * @param retries attempts after a first failure, each after twice the time (from 0.3 s, at most 30 s).
 * @throws ForetideError SECRET_MISSING; FILE_UNREADABLE for a file of `tls`
 */
export async function kafkaClient(
  settings: KafkaClientSettings,
  log: Log,
  retries = 5,
): Promise<kafkajs.Kafka> {
  patchKafkajs();
  registerKafkaCodecs();
  // The warning is about moving from kafkajs 1; wherever we write, the partition is given.
  process.env['KAFKAJS_NO_PARTITIONER_WARNING'] ??= '1';
  const { brokers, clientId, tls, sasl } = settings;
  return new kafkajs.Kafka({
    brokers,
    clientId,
    connectionTimeout: CONNECTION_TIMEOUT,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: kafkajsLog(log),
    retry: { retries },
    ssl: typeof tls === 'boolean' ? tls : await tlsOptions(tls),
    ...(sasl && { sasl: await saslOptions(sasl) }),
  });
}

async function tlsOptions({
  ca,
  cert,
  key,
  servername,
}: z.output<typeof TlsSettings>): Promise<ConnectionOptions> {
  return {
    ...(ca !== undefined && { ca: await readPem(ca, 'tls.ca') }),
    ...(cert !== undefined && { cert: await readPem(cert, 'tls.cert') }),
    ...(key !== undefined && { key: await readSecret(key) }),
    ...(servername !== undefined && { servername }),
  };
}

async function saslOptions({
  mechanism,
  ...secrets
}: z.output<typeof SaslSettings>): Promise<kafkajs.SASLOptions> {
  const username = await readUserName(secrets.username);
  const password = await readSecret(secrets.password);
  return { mechanism, username, password };
}
