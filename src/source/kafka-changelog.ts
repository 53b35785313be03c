import type { EachBatchPayload } from 'kafkajs';
import { type ChangelogReader, PartitionLost } from '../store/changelog.ts';
import type { Watermarks } from './kafka-offsets.ts';
import type { Steering } from './kafka-ownership.ts';
import { fetchedOffset, handOver, HeartbeatFailed } from './kafka-slices.ts';
import type { SourceRecord } from './source.ts';

/** Seeks in a row that may bring what was fetched before them: one for each broker that has just led the partition. */
const STALE_SEEKS = 2;

/** A partition that is being read. */
interface Read {
  readonly take: (record: SourceRecord) => boolean;
  readonly ended: PromiseWithResolvers<void>;
  /** The offset that is to be fetched next. */
  next: number;
  /** Whether a batch has come. */
  isUnderWay: boolean;
  /** Seeks because of a batch that was not the first. */
  seeks: number;
}

export interface KafkaChangelogParts {
  readonly steering: Steering;
  readonly watermarks: () => Promise<ReadonlyMap<number, Watermarks>>;
  readonly heartbeatInterval: number;
}

/**
 * Reads partitions of the changelog topic through the consumer that the input comes through: the assignment gives partition p of both to
 * the same member. They are paused but while somebody reads them, and the group never keeps an offset of them.
 */
export class KafkaChangelog implements ChangelogReader {
  readonly #parts: KafkaChangelogParts;
  readonly #reads = new Map<number, Read>();
  #assigned: ReadonlySet<number> = new Set();

  constructor(parts: KafkaChangelogParts) {
    this.#parts = parts;
  }

  async read(partition: number, take: (record: SourceRecord) => boolean): Promise<void> {
    // it may have gone while the reader was still about something else: nothing would ever come then
    if (!this.#assigned.has(partition)) throw new PartitionLost(partition);
    const ended = Promise.withResolvers<void>();
    // nobody awaits it before the watermarks have come
    ended.promise.catch(() => undefined);
    const read: Read = { take, ended, next: 0, isUnderWay: false, seeks: 0 };
    this.#reads.set(partition, read);
    try {
      read.next = (await this.#parts.watermarks()).get(partition)?.low ?? 0;
      if (this.#reads.get(partition) === read) {
        this.#parts.steering.seek(partition, read.next);
        this.#parts.steering.resume(partition);
      }
      await ended.promise;
    } finally {
      if (this.#reads.get(partition) === read) this.#reads.delete(partition);
    }
  }

  /** What was read belongs to an older membership; these partitions are ours now, and nobody reads them yet. */
  assign(partitions: readonly number[]): void {
    this.end();
    this.#assigned = new Set(partitions);
    if (partitions.length > 0) this.#parts.steering.pause(partitions);
  }

  /** Nothing is read any more. */
  end(): void {
    for (const [partition, { ended }] of this.#reads) ended.reject(new PartitionLost(partition));
    this.#reads.clear();
    this.#assigned = new Set();
  }

  async eachBatch(payload: EachBatchPayload): Promise<void> {
    const { partition } = payload.batch;
    const read = this.#reads.get(partition);
    if (!read) return this.#parts.steering.pause([partition]);
    const fetched = fetchedOffset(payload.batch);
    // It was fetched before the seek. Behind `next` are batches that held no record: the sum of the rows tells when one is missing.
    if (fetched < read.next || (!read.isUnderWay && fetched !== read.next && read.seeks < STALE_SEEKS)) {
      read.seeks += 1;
      return this.#parts.steering.seek(partition, read.next);
    }
    // Where it is beyond `next` in spite of the seeks, kafkajs has passed over a fetch of markers alone: compaction leaves those.
    read.isUnderWay = true;
    const isCurrent = (): boolean => this.#reads.get(partition) === read;
    try {
      await handOver(payload, {
        heartbeatInterval: this.#parts.heartbeatInterval,
        isOurs: isCurrent,
        handle: async ({ records }) => {
          for (const record of records) {
            if (!read.take(record)) continue;
            this.#reads.delete(partition);
            this.#parts.steering.pause([partition]);
            read.ended.resolve();
            return;
          }
        },
        done: (next) => {
          read.next = next;
        },
      });
    } catch (error) {
      if (!isCurrent()) throw error;
      this.#reads.delete(partition);
      // the membership is in doubt, and the partition with it: it is opened again when that is settled
      read.ended.reject(error instanceof HeartbeatFailed ? new PartitionLost(partition) : error);
      throw error;
    }
  }
}
