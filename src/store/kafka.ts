import type { Admin, Kafka } from 'kafkajs';
import { ForetideError } from '../errors.ts';
import { type Log, silentLog } from '../log.ts';
import { KafkaAdmin } from '../source/kafka-admin.ts';
import { kafkaClient, type KafkaClientSettings } from '../source/kafka-client.ts';
import type { ChangelogReader } from './changelog.ts';
import { KafkaPartition } from './kafka-partition.ts';
import type { KafkaStoreSettings, StoreTopics } from './kafka-settings.ts';
import { checkTopics, ensureTopics, removeTopics } from './kafka-topics.ts';
import type { StateMeaning } from './meaning.ts';
import type { Commit, Restored, Restoring, Store } from './store.ts';

/** What a Kafka store is made of. */
export interface KafkaStoreParts {
  /** How Kafka is reached: as the input is. */
  readonly client: KafkaClientSettings;
  readonly input: string;
  readonly group: string;
  /** Of the pipeline; with the group part of the transactional ids. */
  readonly pipeline: string;
  readonly topics: StoreTopics;
  readonly settings: KafkaStoreSettings;
  readonly changelog: ChangelogReader;
  readonly log?: Log;
  /** Left out: `kafkaClient`. */
  readonly connect?: typeof kafkaClient;
}

/**
 * The store of a run on Kafka: state in a compacted topic, and state, position, outputs and dead letters of a commit in ONE transaction.
 * A partition's state follows it to whichever process owns it.
 *
 * 1. As many partitions as the input; the group's assignment gives partition p of both to the same process.
 * 2. Whoever opened a partition last owns it: one that lost it fails at its next commit with STORE_UNSETTLED.
 * 3. After a commit that failed the partition is to be opened anew: only the changelog tells whether it took effect.
 */
export class KafkaStore implements Store {
  readonly name: string;
  readonly #parts: KafkaStoreParts;
  readonly #open = new Map<number, KafkaPartition>();
  #kafka: Promise<Kafka> | undefined;

  constructor(parts: KafkaStoreParts) {
    this.name = `kafka ${parts.topics.changelog}`;
    this.#parts = parts;
  }

  /**
   * Reaches the brokers, checks the topics, and says what it found; makes nothing.
   *
   * @throws ForetideError KAFKA_UNREACHABLE, KAFKA_TOPIC
   */
  check(): Promise<readonly string[]> {
    return this.#ask((admin) => checkTopics(admin, this.#wishes));
  }

  /**
   * Removes the topics that the store writes to and the group's offsets.
   *
   * @throws ForetideError STORE_LOCKED while the group has members
   */
  clear(): Promise<void> {
    return this.#ask((admin) => removeTopics(admin, this.#wishes, this.#parts.group));
  }

  /**
   * Makes the topics where they are absent. Before the source runs: it reads the changelog from its first request on.
   *
   * @throws ForetideError KAFKA_UNREACHABLE, KAFKA_TOPIC
   */
  async prepare(): Promise<void> {
    await this.#ask((admin) => ensureTopics(admin, this.#wishes));
  }

  async open(
    partition: number,
    fingerprint: string,
    into: Restoring,
    meaning?: StateMeaning,
  ): Promise<Restored | null> {
    await this.#drop(partition);
    const { input, group, pipeline, topics, settings, changelog, log = silentLog } = this.#parts;
    const opened = await KafkaPartition.open(
      {
        kafka: await this.#client(),
        ask: (ask) => this.#ask(ask),
        changelog,
        input,
        group,
        application: `foretide-${group}-${pipeline}`,
        topics,
        settings,
        log,
      },
      partition,
      fingerprint,
      into,
      meaning,
    );
    this.#open.set(partition, opened);
    return opened.restored;
  }

  async commit(commit: Commit): Promise<void> {
    const { partition } = commit;
    const opened = this.#open.get(partition);
    if (!opened) {
      throw new ForetideError('STORE_UNSETTLED', {
        what: 'The partition is not open',
        where: `${this.name}/${partition}`,
        canRetry: true,
      });
    }
    try {
      await opened.commit(commit);
    } catch (error) {
      await this.#drop(partition);
      throw error;
    }
  }

  succeed(partition: number, fingerprint: string, meaning: StateMeaning): void {
    this.#open.get(partition)?.succeed(fingerprint, meaning);
  }

  isOverdue(partition: number): boolean {
    return this.#open.get(partition)?.isOverdue === true;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((partition) => this.#drop(partition)));
  }

  get #wishes() {
    const { input, topics, settings } = this.#parts;
    const { mode, generationEvery, replication } = settings;
    return { input, topics, replication, keepFor: mode === 'generations' ? 2 * generationEvery : 0 };
  }

  async #drop(partition: number): Promise<void> {
    const opened = this.#open.get(partition);
    this.#open.delete(partition);
    await opened?.close();
  }

  #client(): Promise<Kafka> {
    const { client, log = silentLog, connect = kafkaClient } = this.#parts;
    this.#kafka ??= connect(client, log);
    return this.#kafka;
  }

  async #ask<T>(ask: (admin: Admin) => Promise<T>): Promise<T> {
    return new KafkaAdmin(await this.#client(), this.#parts.client.brokers).ask(ask);
  }
}
