import { distance } from 'fastest-levenshtein';
import type { Admin, Kafka } from 'kafkajs';
import pRetry from 'p-retry';

import { ForetideError } from '../errors.ts';
import { typeOf } from './kafkajs-error.ts';
import { offsetNumber, type Watermarks } from './kafka-offsets.ts';

/** Attempts to ask about a topic that has just been made: some ten seconds in all. */
const NEW_RETRIES = 25;
/**
 * Told of a partition whose leader is known, but does not lead it yet, or any more: of a topic that has just been made a broker knows the leader a moment
 * before it is one.
 */
const NOT_YET = new Set([
  'NOT_LEADER_FOR_PARTITION',
  'LEADER_NOT_AVAILABLE',
  'REPLICA_NOT_AVAILABLE',
  'OFFSET_NOT_AVAILABLE',
]);

/** What an operator asks of Kafka, over a connection that is opened for it and closed again. */
export class KafkaAdmin {
  readonly #kafka: Kafka;
  readonly #brokers: string;

  constructor(kafka: Kafka, brokers: readonly string[]) {
    this.#kafka = kafka;
    this.#brokers = brokers.join(', ');
  }

  /**
   * @param ask is given a connected admin client
   * @throws ForetideError KAFKA_UNREACHABLE; an error of `ask` that is a ForetideError passes as it is
   */
  async ask<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka.admin();
    try {
      await admin.connect();
      return await ask(admin);
    } catch (error) {
      throw error instanceof ForetideError ? error : unreachable(this.#brokers, error);
    } finally {
      // Whether the connection closes well changes nothing of the answer.
      await admin.disconnect().catch(() => undefined);
    }
  }

  /**
   * Number of the topic's partitions.
   *
   * @throws ForetideError KAFKA_TOPIC, with the names that are nearest
   */
  async partitions(topic: string): Promise<number> {
    return this.ask((admin) => partitionsOf(admin, topic));
  }

  /** What each partition keeps, by partition. */
  async watermarks(topic: string): Promise<ReadonlyMap<number, Watermarks>> {
    return this.ask((admin) => watermarksOf(admin, topic));
  }
}

/** @throws ForetideError KAFKA_TOPIC, with the names that are nearest */
export async function partitionsOf(admin: Admin, topic: string): Promise<number> {
  // Asked by name, some brokers would make the topic; the list makes nothing.
  const names = await admin.listTopics();
  if (!names.includes(topic)) {
    throw new ForetideError('KAFKA_TOPIC', {
      what: `No topic ${topic}`,
      expected: nearest(topic, names),
      got: topic,
      todo: 'Correct `topic`, make the topic, or ask for the right to describe it',
    });
  }
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions.length ?? 0;
}

export async function watermarksOf(admin: Admin, topic: string): Promise<ReadonlyMap<number, Watermarks>> {
  const partitions = await onceLed(() => admin.fetchTopicOffsets(topic));
  return new Map(
    partitions.map(({ partition, low, high }) => [
      partition,
      { low: offsetNumber(low), high: offsetNumber(high) },
    ]),
  );
}

/** Asks leaders until they lead: kafkajs asks again by itself where a broker knows nothing of a topic, and nowhere else. */
export function onceLed<T>(ask: () => Promise<T>): Promise<T> {
  return whileAnswered(NOT_YET, ask);
}

/** Asks about a topic that is there until the broker that is asked knows of it. */
export function onceKnown<T>(ask: () => Promise<T>): Promise<T> {
  return whileAnswered(new Set([...NOT_YET, 'UNKNOWN_TOPIC_OR_PARTITION']), ask);
}

function whileAnswered<T>(types: ReadonlySet<string>, ask: () => Promise<T>): Promise<T> {
  return pRetry(ask, {
    retries: NEW_RETRIES,
    minTimeout: 10,
    maxTimeout: 500,
    shouldRetry: ({ error }) => types.has(typeOf(error) ?? ''),
  });
}

function nearest(topic: string, names: readonly string[]): string {
  const own = names.filter((name) => !name.startsWith('__'));
  if (own.length === 0) return 'a topic of this cluster, which shows us none';
  const sorted = own.toSorted((a, b) => distance(topic, a) - distance(topic, b) || (a < b ? -1 : 1));
  return `one of ${sorted.slice(0, 3).join(', ')}`;
}

/** KAFKA_UNREACHABLE, with what to do about this very failure. */
export function unreachable(brokers: string, cause: unknown): ForetideError {
  const reason = (cause instanceof Error ? cause.message : String(cause)).trim();
  const [isRefused, isDistrusted] = [isRefusal(cause), DISTRUST.test(reason)];
  return new ForetideError('KAFKA_UNREACHABLE', {
    what: `${isRefused ? 'Kafka turns us away' : isDistrusted ? 'Kafka cannot be trusted' : 'Kafka does not answer'}: ${reason}`,
    where: brokers,
    todo: advice(cause, reason),
    canRetry: !isRefused && !isDistrusted,
    cause,
  });
}

/** Node's words for a certificate that it does not accept. */
const DISTRUST =
  /unable to (verify|get) .*certificate|self[- ]signed certificate|certificate (has expired|is not yet valid)|altnames/i;

function advice(cause: unknown, reason: string): string {
  if (isRefusal(cause))
    return 'Check `sasl.username`, `sasl.password` and `sasl.mechanism`, and what rights that user has';
  if (/altnames/i.test(reason))
    return 'Name the broker as its certificate does, in `brokers` or by `tls.servername`';
  if (DISTRUST.test(reason))
    return 'Give the PEM file of the authority that signed the certificate of the brokers as `tls.ca`';
  if (
    /alert (bad|unknown|expired|revoked)? ?certificate|alert handshake failure|certificate required/i.test(
      reason,
    )
  )
    return 'The broker wants a certificate of ours that it accepts: check `tls.cert` and `tls.key`';
  if (/before secure TLS connection|wrong version number|packet length too long/i.test(reason))
    return 'Check whether that port speaks TLS; where it does not, leave out `tls`';
  if (/certificate|SSL|TLS/i.test(reason)) return 'Check `tls.ca`, `tls.cert` and `tls.servername`';
  if (/closed|ECONNRESET|disconnected|timed out|no answer/i.test(reason)) {
    return 'Check whether that port is a broker of Kafka, speaks TLS (`tls: true`), asks for a user (`sasl`)';
  }
  return 'Start the brokers or correct `brokers`; the addresses that the brokers advertise must be reachable from here too';
}

/** Whether we were understood and turned away: waiting does not help then. */
function isRefusal(cause: unknown): boolean {
  return cause instanceof Error && /SASL|authoriz/i.test(`${cause.name} ${cause.message}`);
}
