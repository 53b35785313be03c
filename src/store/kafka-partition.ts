import type { Admin, Kafka, Message } from 'kafkajs';
import type { Log } from '../log.ts';
import type { LoggedCommand } from '../command.ts';
import type { ChangelogReader } from './changelog.ts';
import { commandMessage, letterMessage, pointMessages } from './kafka-messages.ts';
import { type Meta, metaBytes } from './kafka-meta.ts';
import { type OpenedState, type Opening, openState } from './kafka-opening.ts';
import { RowSums } from './kafka-restore.ts';
import type { KafkaStoreSettings, StoreTopics } from './kafka-settings.ts';
import {
  encodeState,
  type Letter,
  rowKeys,
  shortFingerprint,
  type StateMessage,
  type StateValue,
} from './kafka-state.ts';
import { KafkaWriter, type TopicMessages } from './kafka-writer.ts';
import { meaningText, type StateMeaning } from './meaning.ts';
import type { Commit, Restored, Restoring, StateRow } from './store.ts';

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

/** Most commands since a generation: each record `meta` has them all. */
const MOST_COMMANDS = 500;

/** Most bytes of one transaction of a generation, about: it must end before the brokers give it up. */
const TRANSACTION_BYTES = 32 * 1024 * 1024;

/**
 * One partition of a Kafka store, from when it became ours until it is given away or a commit fails.
 *
 * 1. Opening makes it ours, and only then reads: see `openState`.
 * 2. A commit is ONE transaction: changed rows, the partition's slots, outputs, dead letters, the group's offset, and `meta`.
 * 3. With generations rows and slots are left out, but when the last generation is old: then all of them are written first, in transactions
 *    of their own, and count from the commit on whose `meta` names them.
 * 4. A row that is not there any more gets null, and compaction removes it: in the commit; of a generation with the next one under its letter.
 * 5. State that was migrated is written whole with the first commit: a generation, or all rows behind a `reset` in its transaction. Until that
 *    has taken effect the state of before is the partition's.
 */
export class KafkaPartition {
  /** Where to go on from; null when nothing was ever committed. */
  readonly restored: Restored | null;
  #opening: Opening;
  #sums: RowSums;
  /** Keys of rows under each letter of generations. */
  readonly #keys: { a: ReadonlySet<string>; b: ReadonlySet<string> };
  #commit: number;
  /** The committed position. */
  #next: number;
  #stamp: number;
  #generation: Meta['generation'];
  /** What has taken effect since that generation. */
  #commands: readonly LoggedCommand[];
  /** Under which keys the last generation lies. */
  #letter: Letter | undefined;
  /** Whether all rows are to be written, for those that are there were written otherwise. */
  #isMigrated: boolean;
  /** Whether it is told what the fingerprint is made of. */
  #hasMeaning: boolean;
  /** When the last generation was written, ms; long ago where commits of an earlier life have followed it: nobody knows how old it is. */
  #writtenAt: number;

  private constructor(opening: Opening, state: OpenedState) {
    const { meta, commit, stamp, sums, hasMeaning, isMigrated = false } = state;
    this.#opening = opening;
    this.#sums = sums;
    this.#keys = { ...(state.keys ?? { a: new Set(), b: new Set() }) };
    this.#commit = commit;
    this.#stamp = stamp;
    this.#generation = isMigrated ? undefined : meta?.generation;
    this.#letter = meta?.generation?.letter;
    this.#isMigrated = isMigrated;
    this.#hasMeaning = hasMeaning;
    this.#commands = meta?.commands ?? [];
    this.restored = meta
      ? { next: meta.generation?.next ?? meta.next, committed: meta.next, commands: this.#commands }
      : null;
    const { next, committed } = this.restored ?? { next: 0, committed: 0 };
    this.#next = committed;
    this.#writtenAt = next < committed ? -Infinity : performance.now();
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
    meaning?: StateMeaning,
  ): Promise<KafkaPartition> {
    const { kafka, application, settings, log } = parts;
    const writer = new KafkaWriter({
      kafka,
      transactionalId: `${application}-${partition}`,
      transactionTimeout: settings.transactionTimeout,
      partition,
    });
    try {
      const began = performance.now();
      const opening = { parts, partition, fingerprint, meaning, writer };
      const opened = new KafkaPartition(opening, await openState(opening, into));
      const seconds = Math.round(performance.now() - began) / 1000;
      log.info({ partition, ...opened.restored, rows: opened.#sums.rows, seconds }, 'State restored');
      return opened;
    } catch (error) {
      await writer.close();
      throw error;
    }
  }

  /** The next commit writes the whole state, under another fingerprint. */
  succeed(fingerprint: string, meaning: StateMeaning): void {
    this.#opening = { ...this.#opening, fingerprint, meaning };
    this.#generation = undefined;
    this.#isMigrated = true;
    this.#hasMeaning = false;
  }

  /** @throws ForetideError STORE_UNSETTLED, STORE_FAILED; it is of no more use then */
  async commit(commit: Commit): Promise<void> {
    const { parts, partition, writer } = this.#opening;
    const { input, group, settings } = parts;
    const number = this.#commit + 1;
    if (settings.mode === 'generations') {
      this.#commands = [...this.#commands, ...commit.commands];
      if (this.#isOld()) await this.#writeGeneration(commit);
    }
    const rows = settings.mode === 'rows' ? [this.#toChangelog(this.#state(commit, number))] : [];
    // `meta` last, for it tells the sum of the rows
    const writes = [...rows, ...this.#outputs(commit), this.#toChangelog(this.#end(commit, number))];
    const offsets = [{ topic: input, partitions: [{ partition, offset: String(commit.next) }] }];
    await writer.write({ writes, offsets: { consumerGroupId: group, topics: offsets } });
    this.#commit = number;
    this.#next = commit.next;
    this.#isMigrated = false;
    this.#hasMeaning = true;
  }

  /**
   * Whether state that was migrated has not been written yet, or a restart would have to take in again what came before the last generation should
   * have been written: nothing else would write one.
   */
  get isOverdue(): boolean {
    if (this.#isMigrated) return true;
    const isBehind = this.#generation !== undefined && this.#generation.next < this.#next;
    return this.#opening.parts.settings.mode === 'generations' && isBehind && this.#isOld();
  }

  /** What has changed; all of it where that was migrated, and nothing of before counts any more. */
  *#state(commit: Commit, number: number): Generator<Message> {
    yield* this.#removals(commit);
    if (!this.#isMigrated) {
      yield* this.#archived(commit.evictions?.archived ?? [], number);
      return yield* this.#rows(commit, commit.rows, number);
    }
    this.#sums = new RowSums();
    yield* this.#encode({ kind: 'reset', commit: number, bytes: new Uint8Array(0) });
    yield* this.#archived(commit.evictions?.allArchived() ?? [], number);
    yield* this.#rows(commit, commit.allRows(), number);
  }

  /** Rows that are not there any more: compaction removes what was written of them. */
  *#removals({ evictions }: Commit): Generator<Message> {
    if (!evictions) return;
    const { gone, returned, rowBytes } = evictions;
    for (const [kind, names] of [['series', gone] as const, ['archive', returned] as const]) {
      for (const series of names) {
        this.#sums.delete(kind, series);
        for (const key of rowKeys(kind, undefined, series, rowBytes)) yield { key, value: null };
      }
    }
  }

  /** Rows of series that have left. */
  *#archived(rows: Iterable<StateRow>, stamp: number, letter?: Letter): Generator<StateMessage> {
    for (const { series, bytes } of rows) {
      let sum = 0;
      for (const message of this.#encode({ kind: 'archive', commit: stamp, series, letter, bytes })) {
        sum += message.sum;
        yield message;
      }
      this.#sums.set('archive', series, sum);
    }
  }

  /** What the fingerprint is made of, where that is not told yet. */
  *#meaning(commit: number): Generator<Message> {
    const { meaning } = this.#opening;
    if (this.#hasMeaning || !meaning) return;
    yield* this.#encode({ kind: 'meaning', commit, bytes: Buffer.from(meaningText(meaning)) });
  }

  #isOld(): boolean {
    const { generationEvery } = this.#opening.parts.settings;
    if (!this.#generation || this.#commands.length > MOST_COMMANDS) return true;
    return performance.now() - this.#writtenAt >= generationEvery;
  }

  /** All rows and slots as of this commit. */
  async #writeGeneration(commit: Commit): Promise<void> {
    const letter = this.#letter === 'a' ? 'b' : 'a';
    const stamp = Math.max(this.#stamp, this.#commit) + 1;
    this.#stamp = stamp;
    this.#sums = new RowSums();
    const messages = this.#messages(commit, stamp, letter);
    for (const some of portions(messages, TRANSACTION_BYTES))
      await this.#opening.writer.write({ writes: [this.#toChangelog(some)] });
    this.#generation = { stamp, next: commit.next, letter };
    this.#commands = [];
    this.#letter = letter;
    this.#writtenAt = performance.now();
  }

  /** The rows of a generation; of those that lay under its letter before, null where they are not there any more. */
  *#messages(commit: Commit, stamp: number, letter: Letter): Generator<Message> {
    const { evictions } = commit;
    const rows = this.#rows(commit, commit.allRows(), stamp, letter);
    if (!evictions) return yield* rows;
    const before = this.#keys[letter];
    const keys = new Set<string>();
    for (const messages of [this.#archived(evictions.allArchived(), stamp, letter), rows]) {
      for (const message of messages) {
        keys.add(message.key);
        yield message;
      }
    }
    for (const key of before) if (!keys.has(key)) yield { key, value: null };
    this.#keys[letter] = keys;
  }

  close(): Promise<void> {
    return this.#opening.writer.close();
  }

  #toChangelog(messages: Iterable<Message>): TopicMessages {
    return { topic: this.#opening.parts.topics.changelog, messages };
  }

  /** Rows and slots, stamped with a number. */
  *#rows(
    { partitionSlots }: Commit,
    rows: Commit['rows'],
    stamp: number,
    letter?: Letter,
  ): Generator<StateMessage> {
    for (const { series, birth, bytes } of rows) {
      let sum = 0;
      for (const message of this.#encode({ kind: 'series', commit: stamp, birth, series, letter, bytes })) {
        sum += message.sum;
        yield message;
      }
      this.#sums.set('series', series, sum);
    }
    yield* this.#encode({ kind: 'slots', commit: stamp, letter, bytes: partitionSlots });
  }

  /** What tells of the commit, and where it is not told yet what its fingerprint is made of. */
  *#end({ next, watermark, digest }: Commit, commit: number): Generator<Message> {
    yield* this.#meaning(commit);
    const { rows, sum } = this.#sums;
    const generation = this.#generation;
    const since = generation && {
      generation,
      ...(this.#commands.length > 0 && { commands: this.#commands }),
    };
    const bytes = metaBytes({ next, watermark, rows, sum, ...since, ...(digest && { digest }) });
    yield* this.#encode({ kind: 'meta', commit, bytes });
  }

  #encode(state: Omit<StateValue, 'fingerprint'>) {
    return encodeState({ ...state, fingerprint: shortFingerprint(this.#opening.fingerprint) });
  }

  #outputs({ points, dead, commands }: Commit): TopicMessages[] {
    const { parts, partition } = this.#opening;
    const { topics, input } = parts;
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
    if (commands.length > 0) writes.push({ topic: topics.commands, messages: commands.map(commandMessage) });
    return writes;
  }
}

/** Messages in portions of so many bytes, about. */
function* portions(messages: Iterable<Message>, most: number): Generator<Message[]> {
  let some: Message[] = [];
  let bytes = 0;
  for (const message of messages) {
    some.push(message);
    bytes += message.value?.length ?? 0;
    if (bytes < most) continue;
    yield some;
    some = [];
    bytes = 0;
  }
  if (some.length > 0) yield some;
}
