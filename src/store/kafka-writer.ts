import type { Kafka, Message, Offsets, Producer, Transaction } from 'kafkajs';
import pRetry from 'p-retry';
import { ForetideError } from '../errors.ts';
import { typeOf } from '../source/kafkajs-error.ts';

/** Most bytes of the values in one request: well below a broker's default limit for a batch (1 MiB). */
const MOST_BYTES = 900_000;
/** What a message takes beside its value and key, about. */
const OVERHEAD = 64;

/** Attempts to begin a transaction while the one before is being completed: some ten seconds in all. */
const SETTLING_RETRIES = 25;

/** Messages of one topic. */
export interface TopicMessages {
  readonly topic: string;
  readonly messages: Iterable<Message>;
}

/** What one transaction holds. */
export interface WriterTransaction {
  readonly writes: readonly TopicMessages[];
  /** Group offsets that are moved with it. */
  readonly offsets?: Offsets & { readonly consumerGroupId: string };
}

/** What a writer is made of. */
export interface WriterParts {
  readonly kafka: Kafka;
  /** Whoever began the last transaction under this name is the only one whose transactions can end. */
  readonly transactionalId: string;
  /** ms */
  readonly transactionTimeout: number;
  /** Of all topics. */
  readonly partition: number;
}

/**
 * A transactional producer of one partition. After any error it is of no more use: whether what was under way took effect is not known, and
 * kafkajs cannot go on. Its successor's first transaction settles that.
 */
export class KafkaWriter {
  readonly #producer: Producer;
  readonly #partition: number;
  readonly #name: string;

  constructor({ kafka, transactionalId, transactionTimeout, partition }: WriterParts) {
    this.#name = transactionalId;
    this.#partition = partition;
    this.#producer = kafka.producer({
      transactionalId,
      transactionTimeout,
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
  }

  /**
   * Writes everything in one transaction; resolves when it has taken effect.
   *
   * @throws ForetideError STORE_UNSETTLED where another has the partition now, or nobody knows whether it took effect; STORE_FAILED where
   *   trying again does not help
   */
  async write({ writes, offsets }: WriterTransaction): Promise<void> {
    try {
      await this.#producer.connect();
      const transaction = await this.#producer.transaction();
      // one topic and one partition a request: kafkajs loses messages of requests that go to several brokers when one of them dies
      for (const { topic, messages } of writes) await this.#send(transaction, topic, messages);
      if (offsets) await sendOffsets(transaction, offsets);
      await transaction.commit();
    } catch (error) {
      throw failure(this.#name, error);
    }
  }

  async close(): Promise<void> {
    // it may be thrown away because it does not work
    await this.#producer.disconnect().catch(() => undefined);
  }

  async #send(transaction: Transaction, topic: string, messages: Iterable<Message>): Promise<void> {
    let some: Message[] = [];
    let bytes = 0;
    const send = (): Promise<unknown> => transaction.send({ topic, acks: -1, messages: some });
    for (const message of messages) {
      const size = OVERHEAD + Buffer.byteLength(message.key ?? '') + (message.value?.length ?? 0);
      if (some.length > 0 && bytes + size > MOST_BYTES) {
        await send();
        some = [];
        bytes = 0;
      }
      some.push({ ...message, partition: this.#partition });
      bytes += size;
    }
    if (some.length > 0) await send();
  }
}

/**
 * The first request of a transaction is turned away while the one before is being completed; kafkajs tries it again when it is for records, not
 * when it is for offsets.
 */
function sendOffsets(
  transaction: Transaction,
  offsets: NonNullable<WriterTransaction['offsets']>,
): Promise<void> {
  return pRetry(() => transaction.sendOffsets(offsets), {
    retries: SETTLING_RETRIES,
    minTimeout: 10,
    maxTimeout: 500,
    shouldRetry: ({ error }) => typeOf(error) === 'CONCURRENT_TRANSACTIONS',
  });
}

/** What does not go away by itself. */
const HOPELESS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'TOPIC_AUTHORIZATION_FAILED',
  'CLUSTER_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
  'TRANSACTIONAL_ID_AUTHORIZATION_FAILED',
  'INVALID_TRANSACTION_TIMEOUT',
  'INVALID_TOPIC_EXCEPTION',
  'UNSUPPORTED_FOR_MESSAGE_FORMAT',
  'SASL_AUTHENTICATION_FAILED',
]);

function failure(where: string, cause: unknown): ForetideError {
  if (cause instanceof ForetideError) return cause;
  const got = cause instanceof Error ? cause.message : String(cause);
  const type = typeOf(cause);
  if (type !== undefined && HOPELESS.has(type)) {
    return new ForetideError('STORE_FAILED', {
      what: 'Kafka refuses what is to be committed',
      got: `${type}: ${got}`,
      where,
      todo: 'Check the rights of this user (Write on the topics and on the transactional id, Read on the group), max.message.bytes of the topics and transaction.max.timeout.ms of the brokers.',
      cause,
    });
  }
  return new ForetideError('STORE_UNSETTLED', {
    what: 'A commit to Kafka has not been confirmed',
    got,
    where,
    todo: 'The partition is opened anew and goes on from what took effect.',
    canRetry: true,
    cause,
  });
}
