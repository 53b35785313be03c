import { createRequire } from 'node:module';
import type { Admin, Consumer, Producer } from 'kafkajs';

/** What kafkajs's own `Kafka` makes its clients from. */
interface ClientParts {
  readonly cluster: object;
  readonly logger: object;
  readonly retry: object;
  readonly isolationLevel?: number;
}

const require = createRequire(import.meta.url);

/*
 * kafkajs 2.2.4's own consumer, producer and admin, without its network: they run over any object that is like its `Cluster`. So a simulation has
 * their every habit (batches that were fetched before a seek, pauses that survive a rebalance, producers that are stuck after an error),
 * and none has to be imitated.
 */

export const createConsumer = require('kafkajs/src/consumer/index.js') as (parts: ClientParts) => Consumer;
export const createProducer = require('kafkajs/src/producer/index.js') as (parts: ClientParts) => Producer;
export const createAdmin = require('kafkajs/src/admin/index.js') as (parts: ClientParts) => Admin;

const { createLogger } = require('kafkajs/src/loggers/index.js') as {
  createLogger: (options: { level: number; logCreator: () => () => void }) => object;
};

/** Says nothing. */
export const kafkajsSilence: object = createLogger({ level: 0, logCreator: () => () => undefined });

const { createErrorFromCode } = require('kafkajs/src/protocol/error.js') as {
  createErrorFromCode: (code: number) => Error;
};
const errors = require('kafkajs/src/errors.js') as {
  KafkaJSConnectionClosedError: new (message: string, place: { host: string; port: number }) => Error;
  KafkaJSRequestTimeoutError: new (message: string, facts: { broker: string }) => Error;
  KafkaJSOffsetOutOfRange: new (error: Error, place: { topic: string; partition: number }) => Error;
};

/** Kafka's numbers of the errors that a simulated broker answers with. */
const CODES = {
  UNKNOWN_TOPIC_OR_PARTITION: 3,
  ILLEGAL_GENERATION: 22,
  UNKNOWN_MEMBER_ID: 25,
  REBALANCE_IN_PROGRESS: 27,
  OUT_OF_ORDER_SEQUENCE_NUMBER: 45,
  INVALID_PRODUCER_EPOCH: 47,
  INVALID_TXN_STATE: 48,
  INVALID_PRODUCER_ID_MAPPING: 49,
  CONCURRENT_TRANSACTIONS: 51,
} as const;

/** kafkajs's error for an answer of a broker. */
export function brokerError(type: keyof typeof CODES): Error {
  return createErrorFromCode(CODES[type]);
}

export function offsetOutOfRange(topic: string, partition: number): Error {
  return new errors.KafkaJSOffsetOutOfRange(createErrorFromCode(1), { topic, partition });
}

/** What kafkajs throws when no answer comes: the connection was lost, or the time is up. */
export function noAnswer(isClosed: boolean): Error {
  return isClosed
    ? new errors.KafkaJSConnectionClosedError('Closed connection', { host: 'sim', port: 9092 })
    : new errors.KafkaJSRequestTimeoutError('Request timed out', { broker: 'sim:9092' });
}
