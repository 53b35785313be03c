import { randomUUID } from 'node:crypto';
import type { Admin, Kafka, Message } from 'kafkajs';
import { ForetideError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { ChangelogReader } from './changelog.ts';
import { letterMessage, pointMessages } from './kafka-messages.ts';
import { MismatchError, metaBytes, Restore, type RestoredState, RowSums } from './kafka-restore.ts';
import type { KafkaStoreSettings, StoreTopics } from './kafka-settings.ts';
import { encodeState, shortFingerprint, type StateKind, type StateValue } from './kafka-state.ts';
import { KafkaWriter, type TopicMessages } from './kafka-writer.ts';
import type { Commit, Restoring } from './store.ts';

/** A dead letter of more bytes goes without them. */
const MOST_LETTER_BYTES = 800_000;

/** What all partitions of a store have in common. */
export interface PartitionParts {
  readonly kafka: Kafka;
  /** Asks over a connection that is opened for it. */
  readonly ask: <T>(ask: (admin: Admin) => Promise<T>) => Promise<T>;
  readonly changelog: ChangelogReader;
  /** Input topic and consumer group. */
  readonly input: string;
  readonly group: string;
  /** Transactional ids are this and the partition. */
  readonly application: string;
  readonly topics: StoreTopics;
  readonly settings: KafkaStoreSettings;
  readonly log: Log;
}

/**
 * One partition of a Kafka store, from when it became ours until it is given away or a commit fails.
 *
 * 1. Opening writes a sentinel in a transaction, which fences the owner of before and settles what it left under way, and only then reads.
 * 2. A commit is ONE transaction: changed rows, the partition's slots, outputs, dead letters, the group's offset, and `meta`.
 */
export class KafkaPartition {
  /** Where to go on from; null when nothing was ever committed. */
  readonly next: number | null;
  readonly #parts: PartitionParts;
  readonly #partition: number;
  readonly #fingerprint: string;
  readonly #writer: KafkaWriter;
  readonly #sums: RowSums;
  #commit: number;

  private constructor(
    parts: PartitionParts,
    partition: number,
    fingerprint: string,
    writer: KafkaWriter,
    { meta, commit }: RestoredState,
    sums: RowSums,
  ) {
    this.#parts = parts;
    this.#partition = partition;
    this.#fingerprint = fingerprint;
    this.#writer = writer;
    this.#sums = sums;
    this.#commit = commit;
    this.next = meta?.next ?? null;
  }

  /**
   * @param fingerprint of the state that is wanted
   * @throws ForetideError STATE_MISMATCH, STATE_CORRUPT, STORE_UNSETTLED, STORE_FAILED; PartitionLost
   */
  static async open(
    parts: PartitionParts,
    partition: number,
    fingerprint: string,
    into: Restoring,
  ): Promise<KafkaPartition> {
    const { kafka, application, settings, topics, log } = parts;
    const writer = new KafkaWriter({
      kafka,
      transactionalId: `${application}-${partition}`,
      transactionTimeout: settings.transactionTimeout,
      partition,
    });
    try {
      const began = performance.now();
      const where = `${topics.changelog}/${partition}`;
      const sentinel = Buffer.from(randomUUID());
      const put = (kind: StateKind, commit: number, bytes: Uint8Array): Promise<void> =>
        writer.write({
          writes: [{ topic: topics.changelog, messages: encodeState({ kind, fingerprint, commit, bytes }) }],
        });
      await put('sentinel', 0, sentinel);
      const restore = new Restore(where, sentinel, fingerprint, into);
      await parts.changelog.read(partition, (record) => restore.take(record));
      let state: RestoredState;
      try {
        state = restore.end();
      } catch (error) {
        if (!(error instanceof MismatchError) || settings.onMismatch === 'refuse') throw error;
        log.warn(
          { partition, topic: topics.changelog },
          `${error.message}: reset, the partition begins anew`,
        );
        await put('reset', error.commit + 1, new Uint8Array(0));
        into.clear();
        state = { meta: undefined, commit: error.commit + 1 };
      }
      if (state.commit === 0) await mustBeNew(parts, partition);
      const { sums } = restore;
      log.info(
        {
          partition,
          next: state.meta?.next ?? null,
          rows: sums.rows,
          ms: Math.round(performance.now() - began),
        },
        'state restored',
      );
      return new KafkaPartition(
        parts,
        partition,
        fingerprint,
        writer,
        state,
        state.meta ? sums : new RowSums(),
      );
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  /** @throws ForetideError STORE_UNSETTLED, STORE_FAILED; it is of no more use then */
  async commit(commit: Commit): Promise<void> {
    const { topics, input, group } = this.#parts;
    const next = this.#commit + 1;
    const writes: TopicMessages[] = [
      { topic: topics.changelog, messages: this.#rows(commit, next) },
      ...this.#outputs(commit),
      // last, for it tells the sum of the rows
      { topic: topics.changelog, messages: this.#meta(commit, next) },
    ];
    await this.#writer.write({
      writes,
      offsets: {
        consumerGroupId: group,
        topics: [{ topic: input, partitions: [{ partition: this.#partition, offset: String(commit.next) }] }],
      },
    });
    this.#commit = next;
  }

  close(): Promise<void> {
    return this.#writer.close();
  }

  *#rows({ rows, partitionSlots }: Commit, commit: number): Generator<Message> {
    for (const { series, birth, bytes } of rows) {
      let sum = 0;
      for (const message of this.#encode({ kind: 'series', commit, birth, series, bytes })) {
        sum += message.sum;
        yield message;
      }
      this.#sums.set(birth, sum);
    }
    yield* this.#encode({ kind: 'slots', commit, bytes: partitionSlots });
  }

  *#meta({ next, watermark }: Commit, commit: number): Generator<Message> {
    const { rows, sum } = this.#sums;
    yield* this.#encode({ kind: 'meta', commit, bytes: metaBytes({ next, watermark, rows, sum }) });
  }

  #encode(state: Omit<StateValue, 'fingerprint'>) {
    return encodeState({ ...state, fingerprint: shortFingerprint(this.#fingerprint) });
  }

  #outputs({ points, dead }: Commit): TopicMessages[] {
    const { topics, input } = this.#parts;
    const partition = this.#partition;
    const writes: TopicMessages[] = [];
    for (const block of points) {
      const topic = topics.outputs[block.measurement];
      if (topic !== undefined) writes.push({ topic, messages: pointMessages(block, partition) });
    }
    if (topics.dead !== undefined && dead.length > 0) {
      const messages = dead.map((letter) =>
        letterMessage(letter, {
          topic: input,
          from: partition,
          to: partition,
          isOmitted: (letter.bytes?.length ?? 0) > MOST_LETTER_BYTES,
        }),
      );
      writes.push({ topic: topics.dead, messages });
    }
    return writes;
  }
}

/**
 * An empty changelog beside a group that has got somewhere: the state is lost, or another topic was meant.
 *
 * @throws ForetideError STATE_CORRUPT
 */
async function mustBeNew({ ask, group, input, topics }: PartitionParts, partition: number): Promise<void> {
  const told = await ask((admin) => admin.fetchOffsets({ groupId: group, topics: [input] }));
  const offset = told[0]?.partitions.find((one) => one.partition === partition)?.offset;
  if (offset === undefined || Number(offset) <= 0) return;
  throw new ForetideError('STATE_CORRUPT', {
    what: 'The changelog holds no state, but the group has read on',
    expected: `no offset of group ${group}`,
    got: offset,
    where: `${topics.changelog}/${partition}`,
    todo: 'Name the topic that holds the state with store.topic, or another input.group; --fresh begins anew.',
  });
}
