import type { Kafka, Producer } from 'kafkajs';
import pRetry from 'p-retry';
import { z } from 'zod';

import { ForetideError } from '../errors.ts';
import type { DeadLetter } from '../frame.ts';
import { KafkaAdmin, unreachable } from '../source/kafka-admin.ts';
import { kafkaClient, KafkaClientSettings } from '../source/kafka-client.ts';
import { typeOf } from '../source/kafkajs-error.ts';
import { type Log, silentLog } from '../log.ts';
import { Outage } from '../outage.ts';
import { letterMessage } from '../store/kafka-messages.ts';

/** Settings of a topic for dead letters. */
export const KafkaDeadLetterSettings = z.strictObject({
  ...KafkaClientSettings.shape,
  topic: z.string().min(1).max(249).describe('Topic that dead letters go to; it must exist'),
});
export type KafkaDeadLetterSettings = z.output<typeof KafkaDeadLetterSettings>;

/** Most letters, and most bytes of their values, in one send: well below a broker's default limit for a batch (1 MiB). */
const MOST_LETTERS = 500;
const MOST_BYTES = 512 * 1024;

/** Time before a failed send is tried again, ms: the first time, and at most. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

/** A producer and what it needs to know of its topic. */
interface Opened {
  readonly producer: Producer;
  readonly partitions: number;
}

/**
 * Writes dead letters to a Kafka topic, from which they can be looked into and sent again.
 *
 * A letter's value is the original bytes (null for a record without), its key `topic/partition@offset`; headers: `reason`, `detail`,
 * `series`, `topic`, `partition`, `offset`, all text. Letters of one partition stay in one partition, in order. Where a letter is too
 * large for the topic, its value is left out and the header `omitted` says how many bytes it had.
 *
 * Every letter at least once: a producer that has failed is thrown away, and the next one cannot know what the last one wrote. The
 * key tells the same letter again.
 */
export class KafkaDeadLetters {
  /** For messages: `kafka dead-letters`. */
  readonly name: string;
  readonly #settings: KafkaDeadLetterSettings;
  readonly #source: string;
  readonly #log: Log;
  readonly #client: typeof kafkaClient;
  readonly #outage: Outage;
  #opened: Promise<Opened> | undefined;

  /** @param source topic that the letters' records came from */
  constructor(settings: KafkaDeadLetterSettings, source: string, log: Log = silentLog, client = kafkaClient) {
    this.name = `kafka ${settings.topic}`;
    this.#settings = settings;
    this.#source = source;
    this.#log = log;
    this.#client = client;
    this.#outage = new Outage(log, {
      away: 'Dead letters cannot be written; their readings wait until they can',
      back: 'Dead letters are written again',
      facts: { topic: settings.topic },
    });
  }

  /**
   * Reaches the brokers and the topic and says what it found.
   *
   * @throws ForetideError KAFKA_UNREACHABLE, KAFKA_TOPIC
   */
  async check(): Promise<readonly string[]> {
    const { brokers, topic } = this.#settings;
    const kafka = await this.#client(this.#settings, silentLog, 1);
    const partitions = await new KafkaAdmin(kafka, brokers).partitions(topic);
    return [`dead letters: topic ${topic}, partitions: ${partitions}`];
  }

  /**
   * Resolves when all letters are durable, however long Kafka is away.
   *
   * @param partition of the source, which the letters' records came from
   * @throws ForetideError KAFKA_TOPIC, KAFKA_UNREACHABLE where waiting does not help; the reason of `stop`
   */
  async write(partition: number, letters: readonly DeadLetter[], stop: AbortSignal): Promise<void> {
    for (const some of portions(letters)) {
      await pRetry(() => this.#send(partition, some), {
        retries: Infinity,
        minTimeout: FIRST_PAUSE,
        maxTimeout: LONGEST_PAUSE,
        signal: stop,
        shouldRetry: ({ error }) => !(error instanceof ForetideError) || error.canRetry,
        onFailedAttempt: ({ error }) => this.#outage.failed({ error: error.message }),
      });
      this.#outage.back();
    }
  }

  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await close(opened);
  }

  async #send(partition: number, letters: readonly DeadLetter[], isOmitted = false): Promise<void> {
    this.#opened ??= this.#open();
    const opened = this.#opened;
    try {
      const { producer, partitions } = await opened;
      // One partition a send: with several, kafkajs can lose some of them without an error when a broker dies.
      const messages = letters.map((letter) =>
        letterMessage(letter, {
          topic: this.#source,
          from: partition,
          to: partition % partitions,
          isOmitted,
        }),
      );
      await producer.send({ topic: this.#settings.topic, acks: -1, messages });
    } catch (error) {
      if (typeOf(error) === 'MESSAGE_TOO_LARGE' && !isOmitted) return this.#sendLess(partition, letters);
      if (this.#opened === opened) this.#opened = undefined;
      await close(opened);
      throw refusal(error, this.#settings) ?? error;
    }
  }

  /** The broker has found a send too large: half as much, and of a single letter all but its value. */
  async #sendLess(partition: number, letters: readonly DeadLetter[]): Promise<void> {
    if (letters.length === 1) return this.#send(partition, letters, true);
    const half = letters.length >> 1;
    await this.#send(partition, letters.slice(0, half));
    await this.#send(partition, letters.slice(half));
  }

  async #open(): Promise<Opened> {
    const kafka: Kafka = await this.#client(this.#settings, this.#log);
    const partitions = await new KafkaAdmin(kafka, this.#settings.brokers).partitions(this.#settings.topic);
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
    });
    try {
      await producer.connect();
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw unreachable(this.#settings.brokers.join(', '), error);
    }
    return { producer, partitions };
  }
}

function* portions(letters: readonly DeadLetter[]): Generator<readonly DeadLetter[]> {
  let some: DeadLetter[] = [];
  let bytes = 0;
  for (const letter of letters) {
    const length = letter.bytes?.length ?? 0;
    if (some.length === MOST_LETTERS || (some.length > 0 && bytes + length > MOST_BYTES)) {
      yield some;
      some = [];
      bytes = 0;
    }
    some.push(letter);
    bytes += length;
  }
  if (some.length > 0) yield some;
}

async function close(opened: Promise<Opened> | undefined): Promise<void> {
  try {
    await (await opened)?.producer.disconnect();
  } catch {
    // It is thrown away because it does not work.
  }
}

function refusal(error: unknown, { topic, brokers }: KafkaDeadLetterSettings): ForetideError | undefined {
  const type = typeOf(error);
  if (type !== 'TOPIC_AUTHORIZATION_FAILED' && type !== 'CLUSTER_AUTHORIZATION_FAILED') return undefined;
  return new ForetideError('KAFKA_TOPIC', {
    what: `May not write to topic ${topic}: ${type}`,
    where: brokers.join(', '),
    todo: 'Give this user the rights Describe, Write and IdempotentWrite',
    cause: error,
  });
}
